package dev.pulse.camel.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.DispatchConflictException;
import dev.pulse.JobExistsException;
import dev.pulse.JobFailedException;
import dev.pulse.NoWorkerException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PoolShutDownException;
import dev.pulse.QueueFullException;
import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.FailedToStartRouteException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operation of a producer, by option and by header. */
class PoolProducerRouteTest extends PoolRoutesTest {
    private Exchange send(String uri, String body, Map<String, Object> headers) {
        return template.send(uri, exchange -> {
            exchange.getIn().setBody(body);
            exchange.getIn().setHeaders(headers);
        });
    }

    private static <T extends Throwable> T failure(Exchange exchange, Class<T> kind) {
        assertThat(exchange.getException()).isInstanceOf(kind);
        return kind.cast(exchange.getException());
    }

    @PulseTest
    void dispatchStartsAJobAndLeavesTheBodyToWhoDoesNotAsk() throws Exception {
        work("jobs");
        Exchange sent = send(pool("key=RAW(${header.user})"), "hello", Map.of("user", "ann"));
        awaitBodies("hello");
        JobInfo job = client.job("ann").orElseThrow();
        assertThat(sent.getMessage().getBody()).isEqualTo("hello");
        assertThat(sent.getMessage().getHeaders())
                .containsEntry(PulseConstants.JOB_ID, job.id())
                .containsEntry(PulseConstants.FENCING_TOKEN, job.fencingToken());
    }

    @PulseTest
    void dispatchAnswersWhoAsks() throws Exception {
        work("jobs");
        Exchange answered = request(pool("key=ann"), "hello");
        Dispatch dispatch = answered.getMessage().getBody(Dispatch.class);
        assertThat(dispatch.key()).isEqualTo("ann");
        assertThat(client.job("ann")).map(JobInfo::fencingToken).contains(dispatch.fencingToken());
        Exchange kept = request(pool("key=bo", "resultHeader=dispatched"), "hello");
        assertThat(kept.getMessage().getBody()).isEqualTo("hello");
        assertThat(kept.getMessage().getHeader("dispatched")).isInstanceOf(Dispatch.class);
    }

    @PulseTest
    void headersSayWhatTheOptionsLeaveOpenAndAreTakenOff() throws Exception {
        work("jobs");
        Exchange sent = send(
                pool("operation=jobs"),
                "hello",
                Map.of(
                        PulseConstants.OPERATION, "dispatch",
                        PulseConstants.KEY, "ann",
                        PulseConstants.DISPATCH_ID, "sign-up-1"));
        awaitEvents("start ann");
        assertThat(client.job("ann")).map(JobInfo::id).contains("sign-up-1");
        assertThat(sent.getMessage().getHeaders())
                .doesNotContainKeys(PulseConstants.OPERATION, PulseConstants.KEY, PulseConstants.DISPATCH_ID)
                .containsEntry(PulseConstants.JOB_ID, "sign-up-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dispatch", "enqueue", "stop", "notify", "send", "withdraw", "job", "payload", "retry"})
    void operationWithoutAKeySaysWhereItCouldBe(String operation) {
        assertThat(failure(send(pool("operation=" + operation), "x", Map.of()), IllegalArgumentException.class))
                .hasMessage("the operation on pool " + stream
                        + " needs a key, in the option key or the header CamelPulseKey, which gave none");
    }

    @PulseTest
    void jobOfAKeyIsDispatchedOnceAndADispatchIdIsJoined() throws Exception {
        work("jobs");
        send(pool("key=ann"), "hello", Map.of());
        failure(send(pool("key=ann"), "hello", Map.of()), JobExistsException.class);
        String once = pool("key=bo", "dispatchId=RAW(once-${body})");
        Dispatch first = request(once, "1").getMessage().getBody(Dispatch.class);
        assertThat(request(once, "1").getMessage().getBody(Dispatch.class)).isEqualTo(first);
        assertThat(happened()).containsExactly("start ann", "start bo");
        failure(request(pool("key=cy", "dispatchId=once-1"), "1"), DispatchConflictException.class);
    }

    @PulseTest
    void outcomeOfADispatchCanBeAskedForById() throws Exception {
        route(r -> r.from(pool()).process(e -> {
            if (e.getIn().getBody(String.class).equals("wrong")) {
                throw new IllegalStateException("no stock");
            }
        }));
        send(pool("key=ann", "dispatchId=a"), "hello", Map.of());
        Exchange started = send(pool("operation=outcome"), "a", Map.of());
        assertThat(started.getMessage().getHeader(PulseConstants.OUTCOME)).isEqualTo("STARTED");
        assertThat(started.getMessage().getBody(Outcome.class).key()).isEqualTo("ann");
        Exchange failed = send(pool("key=bo", "dispatchId=b"), "wrong", Map.of());
        assertThat(failure(failed, JobFailedException.class)).hasMessageContaining("no stock");
        Exchange outcome = send(pool("operation=outcome", "dispatchId=b", "resultHeader=outcome"), "x", Map.of());
        assertThat(outcome.getMessage().getHeader("outcome", Outcome.class).error())
                .isPresent();
        assertThat(outcome.getMessage().getBody()).isEqualTo("x");
        Exchange unknown = send(pool("operation=outcome"), "never", Map.of());
        assertThat(unknown.getMessage().getBody()).isNull();
        assertThat(unknown.getMessage().getHeader(PulseConstants.OUTCOME)).isNull();
    }

    @PulseTest
    void withdrawnDispatchNeverBegins() throws Exception {
        work("jobs");
        Exchange withdrawn = send(pool("operation=withdraw", "key=ann", "dispatchId=a"), "", Map.of());
        assertThat(withdrawn.getMessage().getHeader(PulseConstants.OUTCOME)).isEqualTo("WITHDRAWN");
        failure(send(pool("key=ann", "dispatchId=a"), "hello", Map.of()), JobFailedException.class);
        assertThat(failure(send(pool("operation=withdraw", "key=ann"), "", Map.of()), IllegalArgumentException.class))
                .hasMessageContaining("needs a dispatch id");
        assertThat(seen()).isEmpty();
    }

    @PulseTest
    void stopAndNotifySayWhetherThereWasSuchAJob() throws Exception {
        work("jobs", "on=start,notify,stop");
        assertThat(request(pool("operation=stop", "key=ann"), "x").getMessage().getBody())
                .isEqualTo(false);
        assertThat(request(pool("operation=notify", "key=ann"), "x")
                        .getMessage()
                        .getBody())
                .isEqualTo(false);
        send(pool("key=ann"), "hello", Map.of());
        Exchange notified = send(pool("operation=notify", "key=ann"), "more", Map.of());
        assertThat(notified.getMessage().getBody()).isEqualTo("more");
        assertThat(notified.getMessage().getHeader(PulseConstants.JOB_FOUND)).isEqualTo(true);
        awaitEvents("start ann", "notify ann");
        assertThat(request(pool("operation=stop", "key=ann"), "x").getMessage().getBody())
                .isEqualTo(true);
        awaitEvents("start ann", "notify ann", "stop ann");
    }

    @PulseTest
    void stopWithADispatchIdLeavesALaterJobOfTheKeyAlone() throws Exception {
        work("jobs");
        send(pool("key=ann", "dispatchId=a"), "1", Map.of());
        client.stopJob("ann");
        send(pool("key=ann", "dispatchId=b"), "2", Map.of());
        assertThat(request(pool("operation=stop", "key=ann", "dispatchId=a"), "")
                        .getMessage()
                        .getBody())
                .isEqualTo(false);
        assertThat(client.job("ann")).isPresent();
        assertThat(request(pool("operation=stop", "key=ann", "dispatchId=b"), "")
                        .getMessage()
                        .getBody())
                .isEqualTo(true);
        assertThat(client.job("ann")).isEmpty();
    }

    @PulseTest
    void messageIsAnswered() throws Exception {
        route(r -> r.from(pool("on=message")).setBody(r.simple("${body} to you")));
        route(r -> r.from("direct:greet").to(pool("operation=send", "key=ann")).to("mock:end"));
        assertThat(template.requestBody("direct:greet", "hello")).isEqualTo("hello to you");
        template.sendBody("direct:greet", "good day");
        awaitBodies("hello to you", "good day to you");
    }

    @PulseTest
    void answerWithoutABodyIsNone() throws Exception {
        route(r -> r.from(pool("on=message")).setBody(r.constant(null)));
        assertThat(request(pool("operation=send", "key=ann"), "hello")
                        .getMessage()
                        .getBody())
                .isNull();
    }

    @PulseTest
    void jobsWorkersAndFiguresAreListed() throws Exception {
        work("jobs");
        send(pool("key=ann"), "hello", Map.of());
        assertThat(send(pool("operation=job", "key=ann"), "", Map.of())
                        .getMessage()
                        .getBody(JobInfo.class)
                        .key())
                .isEqualTo("ann");
        assertThat(send(pool("operation=job", "key=bo"), "", Map.of())
                        .getMessage()
                        .getBody())
                .isNull();
        assertThat(send(pool("operation=payload", "key=ann"), "", Map.of())
                        .getMessage()
                        .getBody())
                .isEqualTo("hello");
        assertThat(send(pool("operation=payload", "key=bo"), "", Map.of())
                        .getMessage()
                        .getBody())
                .isNull();
        assertThat(send(pool("operation=jobs"), "", Map.of()).getMessage().getBody(List.class))
                .singleElement()
                .isInstanceOf(JobInfo.class);
        assertThat(send(pool("operation=workers"), "", Map.of()).getMessage().getBody(List.class))
                .singleElement()
                .isInstanceOf(WorkerInfo.class);
        assertThat(send(pool("operation=figures"), "", Map.of())
                        .getMessage()
                        .getBody(PoolFigures.class)
                        .workers())
                .isOne();
        assertThat(send(pool("operation=settings"), "", Map.of()).getMessage().getBody())
                .isEqualTo(PoolSettings.DEFAULTS);
    }

    @PulseTest
    void pausedPoolHandsOutNothingUntilItIsResumed() throws Exception {
        work("jobs");
        Exchange paused = request(pool("operation=pause"), "x");
        assertThat(paused.getMessage().getBody()).isEqualTo("x");
        Thread dispatching = Thread.ofVirtual().start(() -> send(pool("key=ann"), "hello", Map.of()));
        await().until(() -> client.job("ann")
                .filter(job -> job.state() == JobInfo.State.WAITING)
                .isPresent());
        assertThat(seen()).isEmpty();
        request(pool("operation=resume"), "x");
        awaitBodies("hello");
        dispatching.join();
    }

    @PulseTest
    void poolThatWasShutDownStopsItsJobsAndTakesNone() throws Exception {
        work("jobs", "on=start,stop");
        send(pool("key=ann"), "hello", Map.of());
        assertThat(request(pool("operation=shutdown"), "x").getMessage().getBody())
                .isEqualTo(true);
        awaitEvents("start ann", "stop ann");
        failure(send(pool("key=bo"), "hello", Map.of()), PoolShutDownException.class);
    }

    @PulseTest
    void whoNeedsAWorkerIsToldThatThereIsNone() {
        failure(send(pool("key=ann", "workerNeeded=true"), "hello", Map.of()), NoWorkerException.class);
    }

    @PulseTest
    void fullQueueTakesNoMore() throws Exception {
        String uri = pool("key=RAW(${body})", "dispatchTimeout=500ms", "queueLimit=1");
        failure(send(uri, "a", Map.of()), OutcomeUnknownException.class);
        failure(send(uri, "b", Map.of()), QueueFullException.class);
        assertThat(client.jobs()).extracting(JobInfo::key).containsExactly("a");
    }

    @PulseTest
    void whoAsksIsToldThatTheTimeIsUpAndTheJobBeginsLater() throws Exception {
        Exchange late = request(pool("key=ann", "dispatchTimeout=200ms"), "hello");
        ExchangeTimedOutException timedOut = failure(late, ExchangeTimedOutException.class);
        assertThat(timedOut.getTimeout()).isEqualTo(200);
        assertThat(late.getException(OutcomeUnknownException.class)).isNotNull();
        work("jobs");
        awaitBodies("hello");
    }

    @PulseTest
    void messageThatIsNotAnsweredInTimeTimesOut() throws Exception {
        route(r -> r.from(pool("on=message")).delay(1_000));
        failure(
                request(pool("operation=send", "key=ann", "dispatchTimeout=200ms"), "hello"),
                ExchangeTimedOutException.class);
    }

    @PulseTest
    void jobThatIsLateIsWithdrawnWhereThatIsWished() throws Exception {
        Exchange late = request(pool("key=ann", "dispatchTimeout=200ms", "withdrawnWhenLate=true"), "hello");
        failure(late, JobFailedException.class);
        assertThat(client.jobs()).isEmpty();
    }

    @PulseTest
    void wrongNameOrARedisThatIsNotThereStopsTheRouteFromStarting() throws Exception {
        assertThatThrownBy(() -> route(r -> r.from("direct:a").to("pulse-pool:RAW({x})?key=a")))
                .hasStackTraceContaining("pool name has no braces");
        assertThatThrownBy(() -> route(r -> r.from("pulse-pool:RAW({x})").to("mock:end")))
                .isInstanceOf(FailedToStartRouteException.class)
                .hasMessageContaining("pool name has no braces");
        assertThatThrownBy(() -> route(r -> r.from("direct:b").to("pulse-pool:x?key=a&uri=redis://localhost:1")))
                .hasStackTraceContaining("localhost:1");
        route(r -> r.from("direct:c").to("pulse-pool:x?key=a&uri=redis://localhost:1&lazyStartProducer=true"));
        assertThat(template.send("direct:c", ExchangePattern.InOnly, e -> {}).getException())
                .hasStackTraceContaining("localhost:1");
    }

    @PulseTest
    void onlyBytesOfAMessageTravel() throws Exception {
        work("jobs");
        send(pool("key=ann"), "hello", Map.of("country", "se"));
        assertThat(seen().getFirst().getIn().getHeader("country")).isNull();
        assertThat(client.payload("ann")).contains("hello".getBytes(UTF_8));
    }

    @PulseTest
    void dispatchTimeoutOfOneProducerIsNotThatOfAnother() throws Exception {
        long begun = System.nanoTime();
        failure(request(pool("key=ann", "dispatchTimeout=300ms"), "hello"), ExchangeTimedOutException.class);
        failure(request(pool("key=bo", "dispatchTimeout=1s"), "hello"), ExchangeTimedOutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
    }
}
