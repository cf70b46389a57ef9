package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.Outcome;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Message;

/** What a producer does with tasks. */
class TaskDispatchRouteTest extends PoolRoutesTest {
    private void answeringTasks() throws Exception {
        route(r -> r.from(tasks("exchangePattern=InOut"))
                .to("mock:begun")
                .setBody(r.simple("${body} to you"))
                .to("mock:end"));
    }

    private void failingTasks(String... options) throws Exception {
        route(r -> r.from(tasks(options)).to("mock:end").process(e -> {
            throw new IllegalStateException("no stock");
        }));
    }

    private void awaitDead(int expected) {
        await().untilAsserted(() -> assertThat(client.deadJobs(10)).hasSize(expected));
    }

    private TaskNotDoneException notDone(Exchange exchange) {
        assertThat(exchange.getException()).isInstanceOf(TaskNotDoneException.class);
        return (TaskNotDoneException) exchange.getException();
    }

    @PulseTest
    void whoAsksGetsTheResultOfTheTask() throws Exception {
        answeringTasks();
        Message answer = request(tasks("key=ann", "dispatchId=a"), "hello").getMessage();
        assertThat(answer.getBody()).isEqualTo("hello to you");
        assertThat(answer.getHeaders())
                .containsEntry(PulseConstants.JOB_ID, "a")
                .containsEntry(PulseConstants.OUTCOME, "DONE")
                .containsKey(PulseConstants.FENCING_TOKEN);
        // joined: it is not done twice
        assertThat(request(tasks("key=ann", "dispatchId=a"), "hello")
                        .getMessage()
                        .getBody())
                .isEqualTo("hello to you");
        awaitBodies("hello to you");
    }

    @PulseTest
    void resultCanGoIntoAHeader() throws Exception {
        answeringTasks();
        Message answer = send(tasks("key=ann", "resultHeader=said"), "hello").getMessage();
        assertThat(answer.getBody()).isEqualTo("hello");
        assertThat(answer.getHeader("said")).isEqualTo("hello to you");
    }

    @PulseTest
    void resultThatIsNoneIsNoBody() throws Exception {
        route(r -> r.from(tasks()).to("mock:end"));
        assertThat(request(tasks("key=ann"), "hello").getMessage().getBody()).isNull();
    }

    @PulseTest
    void whoDoesNotAskWaitsForTheStart() throws Exception {
        answeringTasks();
        Exchange sent = send(tasks("key=ann"), "hello");
        assertThat(sent.getMessage().getBody()).isEqualTo("hello");
        assertThat(sent.getMessage().getHeader(PulseConstants.OUTCOME)).isNull();
        awaitBodies("hello to you");
        awaitJobs(0);
        // the producer does not say that these are tasks
        assertThat(request(pool("key=ann"), "hello").getMessage().getBody()).isInstanceOf(Dispatch.class);
    }

    @PulseTest
    void taskThatDiesIsAnExceptionThatSaysHow() throws Exception {
        failingTasks("attempts=2", "backoff=10ms");
        Exchange dead = request(tasks("key=ann"), "hello");
        Outcome outcome = notDone(dead).getOutcome();
        assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
        assertThat(outcome.key()).isEqualTo("ann");
        assertThat(dead.getException())
                .hasMessageContaining("task \"ann\" is dead: ")
                .hasMessageContaining("no stock");
        assertThat(dead.getMessage().getHeader(PulseConstants.OUTCOME)).isEqualTo("DEAD");
    }

    @PulseTest
    void taskThatIsStoppedIsAnExceptionThatSaysHow() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        route(r -> r.from(tasks()).to("mock:end").process(e -> never.await()));
        Thread stopping = Thread.ofVirtual().start(() -> {
            await().until(() -> mock().getReceivedCounter() == 1);
            send(pool("operation=stop", "key=ann"), "");
        });
        assertThat(notDone(request(tasks("key=ann"), "hello")).getOutcome().state())
                .isEqualTo(Outcome.State.STOPPED);
        stopping.join();
    }

    @PulseTest
    void taskThatTakesTooLongTimesOutAndGoesOn() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from(tasks("exchangePattern=InOut"))
                .process(e -> gate.await())
                .to("mock:end"));
        Exchange late = request(tasks("key=ann", "dispatchId=a", "dispatchTimeout=200ms"), "hello");
        assertThat(late.getException()).isInstanceOf(ExchangeTimedOutException.class);
        assertThat(late.getException(OutcomeUnknownException.class)).isNotNull();
        gate.countDown();
        assertThat(request(tasks("key=ann", "dispatchId=a"), "hello")
                        .getMessage()
                        .getBody())
                .isEqualTo("hello");
    }

    @PulseTest
    void attemptsOfADispatchGoBeforeThoseOfTheWorker() throws Exception {
        failingTasks("attempts=5", "backoff=10ms");
        notDone(request(tasks("key=ann", "attempts=2"), "hello"));
        assertThat(seen())
                .extracting(e -> e.getIn().getHeader(PulseConstants.ATTEMPTS))
                .containsExactly(2, 2);
    }

    @PulseTest
    void enqueueDoesNotWaitForAWorker() throws Exception {
        Exchange enqueued = request(tasks("operation=enqueue", "key=ann", "dispatchId=a"), "hello");
        assertThat(enqueued.getMessage().getBody()).isEqualTo("a");
        assertThat(enqueued.getMessage().getHeader(PulseConstants.JOB_ID)).isEqualTo("a");
        Exchange made = send(tasks("operation=enqueue", "key=bo"), "hello");
        assertThat(made.getMessage().getBody()).isEqualTo("hello");
        assertThat(client.job("bo"))
                .map(JobInfo::id)
                .contains(made.getMessage().getHeader(PulseConstants.JOB_ID, String.class));
        answeringTasks();
        await().until(() -> mock().getReceivedCounter() == 2);
    }

    @PulseTest
    void delayedJobBeginsWhenItIsDueAndTheHeaderGoesBeforeTheOption() throws Exception {
        answeringTasks();
        Exchange far = send(pool("key=ann", "delay=1h"), "hello");
        assertThat(client.job("ann")).map(JobInfo::state).contains(JobInfo.State.DUE);
        assertThat(far.getMessage().getHeader(PulseConstants.JOB_ID)).isNotNull();
        Exchange near = template.send(pool("key=bo", "delay=1h"), e -> {
            e.getIn().setBody("hello");
            e.getIn().setHeader(PulseConstants.DELAY, "100ms");
        });
        assertThat(near.getMessage().getHeader(PulseConstants.DELAY)).isNull();
        awaitBodies("hello to you");
        assertThat(request(tasks("key=cy", "delay=100ms"), "good day")
                        .getMessage()
                        .getBody())
                .isEqualTo("good day to you");
        assertThat(client.jobs()).extracting(JobInfo::key).containsExactly("ann");
    }

    @PulseTest
    void outcomeHasTheResultAsTheCodecReadsIt() throws Exception {
        answeringTasks();
        send(tasks("key=ann", "dispatchId=a"), "hello");
        await().untilAsserted(() -> {
            Message told = send(pool("operation=outcome"), "a").getMessage();
            assertThat(told.getHeader(PulseConstants.OUTCOME)).isEqualTo("DONE");
            assertThat(told.getHeader(PulseConstants.RESULT)).isEqualTo("hello to you");
            assertThat(told.getBody(Outcome.class).result()).isPresent();
        });
    }

    @PulseTest
    void deadJobsAreListedAndTriedAnew() throws Exception {
        failingTasks("onFailure=dead");
        send(tasks("key=ann"), "1");
        awaitDead(1);
        send(tasks("key=bo"), "2");
        awaitDead(2);
        List<?> dead = send(pool("operation=deadJobs"), "").getMessage().getBody(List.class);
        assertThat(dead)
                .extracting(job ->
                        ((JobInfo) job).key() + " " + ((JobInfo) job).error().orElseThrow())
                .containsExactly(
                        "bo java.lang.IllegalStateException: no stock",
                        "ann java.lang.IllegalStateException: no stock");
        assertThat(send(pool("operation=deadJobs", "limit=1"), "").getMessage().getBody(List.class))
                .hasSize(1);
        Exchange retried = request(pool("operation=retry", "key=ann"), "x");
        assertThat(retried.getMessage().getBody()).isEqualTo(true);
        assertThat(retried.getMessage().getHeader(PulseConstants.JOB_FOUND)).isEqualTo(true);
        awaitBodies("1", "2", "1");
        awaitDead(2);
        assertThat(request(pool("operation=retry", "key=cy"), "x").getMessage().getBody())
                .isEqualTo(false);
        assertThat(request(pool("operation=stop", "key=bo"), "x").getMessage().getBody())
                .isEqualTo(true);
        awaitDead(1);
    }
}
