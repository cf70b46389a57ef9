package dev.pulse.camel.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the end of an exchange comes to for its task. */
class TaskAttemptsRouteTest extends PoolRoutesTest {
    private static final String NO_STOCK = "no stock";
    private static final Duration END = Duration.ofSeconds(30);

    /** A route that cannot do its tasks. */
    private void failingTasks(String... options) throws Exception {
        route(r -> r.from(tasks(options)).to("mock:end").process(TaskAttemptsRouteTest::fail));
    }

    private static void fail(Exchange exchange) {
        throw new IllegalStateException(NO_STOCK);
    }

    /** Dispatches the task of ann, and waits for how it ends. */
    private Outcome outcome(String payload) throws InterruptedException {
        return client.dispatchAndWait(
                JobRequest.of("ann", payload.getBytes(UTF_8)).withId("a"), END);
    }

    private List<Object> attempts() {
        return seen().stream()
                .map(e -> e.getIn().getHeader(PulseConstants.ATTEMPT))
                .toList();
    }

    @PulseTest
    void failedExchangeIsAFailedAttemptAndTheLastOneMakesTheTaskDead() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        failingTasks("attempts=3", "backoff=10ms", "exceptionHandler=#handler");
        Outcome outcome = outcome("hello");
        assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(outcome.error())
                .hasValueSatisfying(error -> assertThat(error).contains(NO_STOCK));
        assertThat(attempts()).containsExactly(1, 2, 3);
        assertThat(client.deadJobs(10)).extracting(JobInfo::key).containsExactly("ann");
        await().untilAsserted(
                        () -> assertThat(told.all()).hasSize(3).allMatch(IllegalStateException.class::isInstance));
    }

    @PulseTest
    void whatTheErrorHandlerOfTheRouteMakesUpForIsDone() throws Exception {
        route(r -> r.from(tasks())
                .onException(IllegalStateException.class)
                .handled(true)
                .end()
                .to("mock:end")
                .process(TaskAttemptsRouteTest::fail));
        assertThat(outcome("hello").state()).isEqualTo(Outcome.State.DONE);
        assertThat(attempts()).containsExactly(1);
    }

    @PulseTest
    void onFailureDeadGivesUpAtOnceWithTheCause() throws Exception {
        failingTasks("onFailure=dead");
        Outcome outcome = outcome("hello");
        assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(outcome.error()).contains("java.lang.IllegalStateException: " + NO_STOCK);
        assertThat(attempts()).containsExactly(1);
    }

    @PulseTest
    void onFailureDoneIsDoneAsIfNothingHadHappened() throws Exception {
        failingTasks("onFailure=done");
        assertThat(outcome("hello").state()).isEqualTo(Outcome.State.DONE);
        assertThat(attempts()).containsExactly(1);
        assertThat(client.jobs()).isEmpty();
    }

    @PulseTest
    void onFailureAgainCountsNoAttempt() throws Exception {
        failingTasks("onFailure=again", "attempts=1", "backoff=10ms");
        dispatch("ann", "hello");
        await().until(() -> mock().getReceivedCounter() >= 3);
        client.stopJob("ann");
        assertThat(attempts()).containsOnly(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"50", "50ms", "PT0.05S"})
    void routeCanHaveItsTaskRunAgainLaterWithoutAnAttemptCounted(String after) throws Exception {
        route(r -> r.from(tasks("attempts=1", "exchangePattern=InOut"))
                .to("mock:end")
                .filter(e -> mock().getReceivedCounter() < 3)
                .setHeader(PulseConstants.AGAIN_AFTER, r.constant(after))
                .end());
        Outcome outcome = outcome("hello");
        assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
        assertThat(attempts()).containsExactly(1, 1, 1);
    }

    @PulseTest
    void whatTheRouteSaysGoesBeforeTheFailureOfItsExchange() throws Exception {
        route(r -> r.from(tasks("onFailure=dead"))
                .to("mock:end")
                .filter(e -> mock().getReceivedCounter() < 2)
                .setHeader(PulseConstants.AGAIN_AFTER, r.constant(Duration.ofMillis(10)))
                .process(TaskAttemptsRouteTest::fail)
                .end());
        assertThat(outcome("hello").state()).isEqualTo(Outcome.State.DONE);
        assertThat(attempts()).containsExactly(1, 1);
    }

    @PulseTest
    void routeCanGiveItsTaskUp() throws Exception {
        route(r -> r.from(tasks())
                .onException(IllegalStateException.class)
                .handled(true)
                .setHeader(PulseConstants.DEAD, r.simple("never: ${exception.message}"))
                .end()
                .to("mock:end")
                .process(TaskAttemptsRouteTest::fail));
        Outcome outcome = outcome("hello");
        assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(outcome.error()).contains("never: " + NO_STOCK);
        assertThat(attempts()).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "366d", "-1"})
    void wrongTimeIsAFailedAttempt(String after) throws Exception {
        route(r -> r.from(tasks("attempts=1")).setHeader(PulseConstants.AGAIN_AFTER, r.constant(after)));
        Outcome outcome = outcome("hello");
        assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(outcome.error().orElseThrow()).containsAnyOf("CamelPulseAgainAfter", "delay");
    }

    @PulseTest
    void bodyAtTheEndOfTheRouteIsTheResultWhereTheExchangeIsInOut() throws Exception {
        route(r -> r.from(tasks("exchangePattern=InOut"))
                .setBody(r.simple("${body} to you"))
                .to("seda:later"));
        route(r -> r.from("seda:later").setBody(r.simple("${body}!")));
        Outcome outcome = outcome("hello");
        assertThat(outcome.result()).map(result -> new String(result, UTF_8)).contains("hello to you!");
        assertThat(client.outcome("a").flatMap(Outcome::result)).contains("hello to you!".getBytes(UTF_8));
    }

    @PulseTest
    void exchangeThatIsInOnlyHasNoResult() throws Exception {
        route(r -> r.from(tasks()).setBody(r.simple("${body} to you")));
        assertThat(outcome("hello").result().orElse(new byte[0])).isEmpty();
    }

    @PulseTest
    void resultOfMoreThan64KiBIsAFailedAttemptThatSaysSo() throws Exception {
        route(r -> r.from(tasks("exchangePattern=InOut", "attempts=1"))
                .process(e -> e.getMessage().setBody("x".repeat(e.getIn().getBody(Integer.class)))));
        assertThat(outcome("65536").result())
                .hasValueSatisfying(result -> assertThat(result).hasSize(65_536));
        Outcome tooLarge = client.dispatchAndWait(JobRequest.of("bo", "65537".getBytes(UTF_8)), END);
        assertThat(tooLarge.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(tooLarge.error())
                .hasValueSatisfying(error -> assertThat(error).contains("65536 bytes at most, this has 65537"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "dead", "done"})
    void payloadThatCannotBeDecodedNeverCountsAsDone(String onFailure) throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from(tasks("payloadType=java.lang.Long", "attempts=2", "backoff=10ms", "onFailure=" + onFailure)
                        .replace("codec=string", "codec=json&exceptionHandler=#handler"))
                .to("mock:end"));
        Outcome outcome = outcome("no number");
        assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(outcome.error())
                .hasValueSatisfying(error -> assertThat(error).contains("payload of job ann cannot be decoded"));
        assertThat(told.all()).hasSize(onFailure.equals("retry") ? 2 : 1);
        assertThat(seen()).isEmpty();
    }

    @PulseTest
    void deadTaskIsTriedAnewWithAllItsAttempts() throws Exception {
        failingTasks("attempts=2", "backoff=10ms");
        assertThat(outcome("hello").state()).isEqualTo(Outcome.State.DEAD);
        assertThat(client.retryJob("ann")).isTrue();
        await().untilAsserted(() -> assertThat(attempts()).containsExactly(1, 2, 1, 2));
        await().untilAsserted(() -> assertThat(client.deadJobs(10)).hasSize(1));
    }

    @PulseTest
    void messagesAndNotificationsAreRefused() throws Exception {
        work("jobs", "mode=task");
        assertThat(request(pool("operation=send", "key=ann"), "hello").getException())
                .hasMessageContaining("workers for tasks take no messages");
        assertThat(client.notifyJob("ann", new byte[0])).isFalse();
    }
}
