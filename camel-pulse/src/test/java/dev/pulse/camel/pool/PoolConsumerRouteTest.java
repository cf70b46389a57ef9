package dev.pulse.camel.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.JobFailedException;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.RoutePolicySupport;

/** What happens to jobs as exchanges, and jobs when routes come and go. */
class PoolConsumerRouteTest extends PoolRoutesTest {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    @PulseTest
    void startOfAJobIsAnExchangeThatSaysWhichAndUnderWhatToken() throws Exception {
        work("jobs");
        Dispatch dispatched = dispatch("ann", "hello");
        Message message = seen().getFirst().getIn();
        assertThat(message.getBody()).isEqualTo("hello");
        assertThat(message.getHeaders())
                .containsEntry(PulseConstants.POOL, stream)
                .containsEntry(PulseConstants.KEY, "ann")
                .containsEntry(PulseConstants.JOB_EVENT, "start")
                .containsEntry(PulseConstants.JOB_ID, dispatched.id())
                .containsEntry(PulseConstants.FENCING_TOKEN, dispatched.fencingToken())
                .containsEntry(PulseConstants.RESTARTS, 0)
                .containsEntry(PulseConstants.WORKER, workerIds().getFirst());
        // it lives on
        assertThat(client.job("ann")).map(JobInfo::state).contains(JobInfo.State.RUNNING);
        client.stopJob("ann");
        awaitEvents("start ann");
    }

    @PulseTest
    void stopsAndNotificationsAreExchangesWhereThatIsWished() throws Exception {
        work("jobs", "on=start, stop,notify");
        dispatch("ann", "hello");
        assertThat(client.notifyJob("ann", "more".getBytes(UTF_8))).isTrue();
        awaitEvents("start ann", "notify ann");
        client.stopJob("ann");
        awaitEvents("start ann", "notify ann", "stop ann");
        assertThat(bodies()).containsExactly("hello", "more", "hello");
        assertThat(seen())
                .extracting(e -> e.getIn().getHeader(PulseConstants.FENCING_TOKEN))
                .containsOnly(seen().getFirst().getIn().getHeader(PulseConstants.FENCING_TOKEN));
    }

    @PulseTest
    void whatIsNotWishedBecomesNoExchange() throws Exception {
        work("jobs", "on=stop");
        dispatch("ann", "hello");
        client.stopJob("ann");
        awaitEvents("stop ann");
    }

    @PulseTest
    void jobWithoutAPayloadIsAnExchangeWithoutABody() throws Exception {
        route(r -> r.from(pool("codec=json").replace("codec=string&", "")).to("mock:end"));
        dispatch("ann", "");
        assertThat(seen().getFirst().getIn().getBody()).isNull();
    }

    @PulseTest
    void failedExchangeIsAFailedStartOfWhichTheDispatcherIsToldAndNothingIsLeft() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from(pool("exceptionHandler=#handler")).process(e -> {
            throw new IllegalStateException("no stock");
        }));
        assertThatThrownBy(() -> dispatch("ann", "hello"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("no stock");
        assertThat(client.job("ann")).isEmpty();
        await().untilAsserted(() -> assertThat(told.all()).singleElement().isInstanceOf(IllegalStateException.class));
    }

    @PulseTest
    void whatTheErrorHandlerOfTheRouteMakesUpForIsNoFailure() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        route(r -> r.from(pool())
                .onException(IllegalStateException.class)
                .maximumRedeliveries(2)
                .redeliveryDelay(1)
                .end()
                .onException(IllegalArgumentException.class)
                .handled(true)
                .to("mock:handled")
                .end()
                .process(e -> {
                    if (e.getIn().getBody(String.class).equals("wrong")) {
                        throw new IllegalArgumentException("handled");
                    }
                    if (tries.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .to("mock:end"));
        dispatch("ann", "hello");
        awaitBodies("hello");
        dispatch("bo", "wrong");
        assertThat(getMockEndpoint("mock:handled").getReceivedCounter()).isOne();
        assertThat(client.jobs()).extracting(JobInfo::state).containsOnly(JobInfo.State.RUNNING);
    }

    @PulseTest
    void payloadThatCannotBeDecodedIsAFailedStartAndGoesToTheErrorHandlerOfTheRoute() throws Exception {
        route(r -> r.from("pulse-pool:" + stream + "?codec=json&payloadType=java.lang.Long&bridgeErrorHandler=true")
                .onException(Exception.class)
                .handled(true)
                .to("mock:errors")
                .end()
                .to("mock:end"));
        assertThatThrownBy(() -> dispatch("ann", "no number"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("payload of job ann cannot be decoded");
        await().until(() -> getMockEndpoint("mock:errors").getReceivedCounter() == 1);
        dispatch("ann", "7");
        assertThat(seen().getFirst().getIn().getBody()).isEqualTo(7L);
    }

    @PulseTest
    void startIsDoneWhenTheExchangeIsCompleteOnWhateverThread() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from(pool()).to("seda:later"));
        route(r ->
                r.from("seda:later").to("mock:begun").process(e -> gate.await()).to("mock:end"));
        Thread dispatching = Thread.ofVirtual().start(() -> {
            try {
                dispatch("ann", "hello");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        await().during(Duration.ofMillis(200)).until(dispatching::isAlive);
        assertThat(client.job("ann")).map(JobInfo::state).contains(JobInfo.State.ASSIGNED);
        gate.countDown();
        dispatching.join();
        awaitBodies("hello");
    }

    @PulseTest
    void startThatTakesTooLongIsInterruptedAndFails() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        route(r -> r.from(pool("startTimeout=200ms")).process(e -> never.await()));
        assertThatThrownBy(() -> dispatch("ann", "hello"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("PT0.2S");
        assertThat(client.job("ann")).isEmpty();
    }

    @PulseTest
    void maxJobsRunAtOnceAndTheOthersWait() throws Exception {
        work("jobs", "maxJobs=1");
        dispatch("ann", "1");
        Thread dispatching = Thread.ofVirtual().start(() -> {
            try {
                dispatch("bo", "2");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> client.job("bo").isPresent());
        await().during(Duration.ofMillis(200)).until(dispatching::isAlive);
        client.stopJob("ann");
        dispatching.join();
        awaitBodies("1", "2");
    }

    @PulseTest
    void messageIsAnsweredWithTheBodyAtTheEndOfTheRoute() throws Exception {
        route(r -> r.from(pool("on=message"))
                .setBody(r.simple("${header.CamelPulseKey} ${header.CamelPulseJobEvent} ${body}"))
                .to("mock:end")
                .to("seda:later"));
        route(r -> r.from("seda:later").setBody(r.simple("${body}!")));
        assertThat(new String(client.send("ann", "hello".getBytes(UTF_8), ANSWER), UTF_8))
                .isEqualTo("ann message hello!");
        assertThat(seen().getFirst().getIn().getHeader(PulseConstants.JOB_ID)).isNull();
        assertThat(client.jobs()).isEmpty();
    }

    @PulseTest
    void messageWhoseExchangeFailsIsToldToItsSender() throws Exception {
        route(r -> r.from(pool("on=message")).process(e -> {
            throw new IllegalStateException("no stock");
        }));
        assertThatThrownBy(() -> client.send("ann", "hello".getBytes(UTF_8), ANSWER))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("no stock");
    }

    @PulseTest
    void workerThatTakesNoMessagesSaysSo() throws Exception {
        work("jobs");
        assertThatThrownBy(() -> client.send("ann", "hello".getBytes(UTF_8), ANSWER))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("this worker takes no messages");
    }

    @PulseTest
    void routesOfAPoolShareItsJobs() throws Exception {
        route(r -> r.from(pool()).routeId("a").to("mock:a"));
        route(r -> r.from(pool()).routeId("b").to("mock:b"));
        for (int i = 0; i < 20; i++) {
            dispatch("k" + i, "x");
        }
        assertThat(getMockEndpoint("mock:a").getReceivedCounter()).isPositive();
        assertThat(getMockEndpoint("mock:b").getReceivedCounter()).isPositive();
        assertThat(client.workers()).hasSize(2);
    }

    @PulseTest
    void suspendedRouteLeavesItsJobsToOthersAndResumedTakesItsShareAgain() throws Exception {
        route(r -> r.from(pool("on=start,stop")).routeId("a").to("mock:a"));
        work("b");
        List<String> keys = IntStream.range(0, 12).mapToObj(i -> "k" + i).toList();
        for (String key : keys) {
            dispatch(key, key);
        }
        int share = getMockEndpoint("mock:a").getReceivedCounter();
        assertThat(share).isPositive();
        context.getRouteController().suspendRoute("a");
        // each was stopped there, and is started here
        await().untilAsserted(() -> assertThat(bodies()).containsExactlyInAnyOrderElementsOf(keys));
        assertThat(getMockEndpoint("mock:a").getReceivedCounter()).isEqualTo(2 * share);
        awaitWorkers(1);
        assertThat(seen())
                .filteredOn(e -> e.getIn().getHeader(PulseConstants.RESTARTS, Integer.class) == 1)
                .hasSize(share);
        context.getRouteController().resumeRoute("a");
        await().until(() -> getMockEndpoint("mock:a").getReceivedCounter() == 3 * share);
        awaitWorkers(2);
        assertThat(client.jobs()).hasSize(keys.size());
    }

    @PulseTest
    void jobsOfTheLastRouteWaitUntilItIsThereAgain() throws Exception {
        work("jobs");
        dispatch("ann", "hello");
        stopRoute("jobs");
        assertThat(client.job("ann")).map(JobInfo::state).contains(JobInfo.State.WAITING);
        assertThat(client.workers()).isEmpty();
        context.getRouteController().startRoute("jobs");
        awaitBodies("hello", "hello");
    }

    @PulseTest
    void stoppedContextHasStoppedAndHandedOverItsJobs() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(pool("on=start,stop")).to("seda:later");
                    from("seda:later")
                            .filter(header(PulseConstants.JOB_EVENT).isEqualTo("stop"))
                            .delay(200)
                            .process(e -> stopped.countDown());
                }
            });
            another.start();
            dispatch("ann", "hello");
            work("jobs", "on=start");
            another.stop();
            assertThat(stopped.getCount()).isZero();
            awaitBodies("hello");
            assertThat(client.workers()).hasSize(1);
        }
    }

    @PulseTest
    void stoppingInterruptsAStartThatOutlastsTheShutdownTimeoutAndTheJobBeginsElsewhere() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        route(r -> r.from(pool("startTimeout=1h")).routeId("jobs").process(e -> {
            begun.countDown();
            never.await();
        }));
        Thread dispatching = Thread.ofVirtual().start(() -> {
            try {
                dispatch("ann", "hello");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> begun.getCount() == 0);
        stopRoute("jobs");
        work("others");
        awaitBodies("hello");
        dispatching.join();
    }

    @PulseTest
    void nothingIsTakenBeforeTheWholeContextHasStarted() throws Exception {
        AtomicInteger early = new AtomicInteger();
        CountDownLatch taken = new CountDownLatch(1);
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(pool()).startupOrder(1).process(e -> {
                        if (!another.getRouteController().getRouteStatus("last").isStarted()) {
                            early.incrementAndGet();
                        }
                        taken.countDown();
                    });
                    from("direct:last")
                            .startupOrder(100)
                            .routeId("last")
                            .routePolicy(new RoutePolicySupport() {
                                @Override
                                public void onStart(Route route) {
                                    await().during(Duration.ofMillis(200)).until(() -> early.get() == 0);
                                }
                            })
                            .to("mock:end");
                }
            });
            Thread dispatching = Thread.ofVirtual().start(() -> {
                try {
                    dispatch("ann", "hello");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            another.start();
            await().until(() -> taken.getCount() == 0);
            dispatching.join();
            assertThat(early).hasValue(0);
        }
    }

    @PulseTest
    void headersOfTheConsumerDoNotSteerAProducerBehindIt() throws Exception {
        route(r -> r.from(pool()).to("pulse-pool:" + stream + "-next?key=RAW(next-${header.CamelPulseKey})"));
        route(r -> r.from("pulse-pool:" + stream + "-next?codec=string").to("mock:end"));
        Dispatch first = dispatch("ann", "hello");
        Map<String, Object> headers = seen().getFirst().getIn().getHeaders();
        assertThat(headers).containsEntry(PulseConstants.KEY, "next-ann");
        assertThat(headers.get(PulseConstants.JOB_ID)).isNotEqualTo(first.id());
    }
}
