package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobInfo;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/** Jobs that run to their end: when they have ended, what cuts them short, and what happens when Redis is away. */
class TaskRouteTest extends PoolRoutesTest {
    private final Semaphore gate = new Semaphore(0);

    /** A route whose exchanges wait at the gate. */
    private void waitingTasks(String id, String... options) throws Exception {
        route(r -> r.from(tasks(options))
                .routeId(id)
                .to("mock:begun")
                .process(e -> gate.acquire())
                .to("mock:end"));
    }

    private void awaitBegun(int expected) {
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == expected);
    }

    private Thread inBackground(Step step) {
        return Thread.ofVirtual().start(() -> {
            try {
                step.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private interface Step {
        void run() throws Exception;
    }

    @PulseTest
    void attemptIsAnExchangeThatSaysWhichAndTheJobEndsWithIt() throws Exception {
        waitingTasks("jobs", "attempts=7");
        dispatch("ann", "hello");
        // begun is enough for who dispatches
        awaitBegun(1);
        JobInfo job = client.job("ann").orElseThrow();
        assertThat(job.state()).isEqualTo(JobInfo.State.RUNNING);
        gate.release();
        awaitBodies("hello");
        assertThat(seen().getFirst().getIn().getHeaders())
                .containsEntry(PulseConstants.POOL, stream)
                .containsEntry(PulseConstants.KEY, "ann")
                .containsEntry(PulseConstants.JOB_EVENT, "start")
                .containsEntry(PulseConstants.JOB_ID, job.id())
                .containsEntry(PulseConstants.FENCING_TOKEN, job.fencingToken())
                .containsEntry(PulseConstants.ATTEMPT, 1)
                .containsEntry(PulseConstants.ATTEMPTS, 7);
        awaitJobs(0);
        gate.release();
        dispatch("ann", "again");
        awaitBodies("hello", "again");
        awaitJobs(0);
    }

    @PulseTest
    void jobEndsWhenItsExchangeIsCompleteOnAnotherThread() throws Exception {
        route(r -> r.from(tasks()).to("seda:later"));
        route(r -> r.from("seda:later").to("mock:begun").process(e -> gate.acquire()));
        dispatch("ann", "hello");
        awaitBegun(1);
        await().during(Duration.ofMillis(200)).until(() -> client.job("ann").isPresent());
        gate.release();
        awaitJobs(0);
    }

    @PulseTest
    void manyTasksOfManyKeysAllEnd() throws Exception {
        route(r -> r.from(tasks("maxJobs=8")).to("mock:end"));
        route(r -> r.from(tasks("maxJobs=8")).to("mock:end"));
        for (int i = 0; i < 200; i++) {
            dispatch("k" + i, "x");
        }
        awaitJobs(0);
        assertThat(mock().getReceivedCounter()).isEqualTo(200);
    }

    @PulseTest
    void maxJobsRunAtOnceAndTheOthersWait() throws Exception {
        waitingTasks("jobs", "maxJobs=2");
        for (String key : List.of("a", "b", "c")) {
            send(tasks("operation=enqueue", "key=" + key), "x");
        }
        awaitBegun(2);
        await().during(Duration.ofMillis(200))
                .until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 2);
        gate.release(3);
        awaitJobs(0);
        assertThat(mock().getReceivedCounter()).isEqualTo(3);
    }

    @PulseTest
    void taskIsNotBegunElsewhereWhenItsRouteIsStoppedWhileItRuns() throws Exception {
        waitingTasks("a");
        dispatch("ann", "hello");
        awaitBegun(1);
        AtomicInteger elsewhere = new AtomicInteger();
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(tasks()).process(e -> elsewhere.incrementAndGet());
                }
            });
            another.start();
            Thread stopping = inBackground(() -> stopRoute("a"));
            awaitWorkers(1);
            gate.release();
            stopping.join();
            awaitBodies("hello");
            awaitJobs(0);
            assertThat(elsewhere).hasValue(0);
        }
    }

    @PulseTest
    void taskThatIsCutShortHasNotFailedAndBeginsElsewhereWithAsManyAttempts() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        waitingTasks("a", "onFailure=dead");
        dispatch("ann", "hello");
        awaitBegun(1);
        stopRoute("a");
        gate.release();
        waitingTasks("b");
        awaitBodies("hello");
        assertThat(seen().getFirst().getIn().getHeader(PulseConstants.ATTEMPT)).isEqualTo(1);
        awaitJobs(0);
    }

    @PulseTest
    void workerThatLeavesWaitsForItsTasksNoLongerThanItIsSaid() throws Exception {
        context.getShutdownStrategy().setTimeout(600);
        waitingTasks("a", "handOverTimeout=100ms");
        dispatch("ann", "hello");
        awaitBegun(1);
        stopRoute("a");
        gate.release();
        waitingTasks("b");
        awaitBodies("hello");
        awaitJobs(0);
    }

    @PulseTest
    void suspendedRouteEndsWhatItHasBegunAndResumedTakesMore() throws Exception {
        waitingTasks("jobs");
        dispatch("ann", "hello");
        awaitBegun(1);
        // it waits for what is in flight
        Thread suspending = inBackground(() -> context.getRouteController().suspendRoute("jobs"));
        awaitWorkers(0);
        send(tasks("operation=enqueue", "key=bo"), "more");
        gate.release();
        suspending.join();
        awaitBodies("hello");
        await().untilAsserted(
                        () -> assertThat(client.jobs()).extracting(JobInfo::key).containsExactly("bo"));
        context.getRouteController().resumeRoute("jobs");
        gate.release();
        awaitBodies("hello", "more");
        awaitJobs(0);
    }

    @PulseTest
    void stopOfATaskInterruptsItsExchangeAndWaitsForItsEnd() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch ending = new CountDownLatch(1);
        route(r -> r.from(tasks()).to("mock:begun").process(e -> {
            try {
                gate.acquire();
            } catch (InterruptedException none) {
                interrupted.countDown();
                ending.await();
            }
        }));
        dispatch("ann", "hello");
        awaitBegun(1);
        Thread stopping = inBackground(() -> client.stopJob("ann"));
        interrupted.await();
        await().during(Duration.ofMillis(200)).until(stopping::isAlive);
        ending.countDown();
        stopping.join();
        assertThat(client.job("ann")).isEmpty();
    }

    @PulseTest
    void exchangeOnAnotherThreadCanAskWhetherItsTaskIsToStop() throws Exception {
        route(r -> r.from(tasks()).to("seda:later"));
        route(r -> r.from("seda:later")
                .to("mock:begun")
                .loopDoWhile(r.simple("${header.CamelPulseJob.isStopping} == false"))
                .delay(10)
                .end()
                .end()
                .to("mock:end"));
        dispatch("ann", "hello");
        awaitBegun(1);
        client.stopJob("ann");
        awaitBodies("hello");
        assertThat(seen().getFirst()
                        .getIn()
                        .getHeader(PulseConstants.JOB, Job.class)
                        .isStopping())
                .isTrue();
        assertThat(client.job("ann")).isEmpty();
    }

    @PulseTest
    void endIsToldWhenRedisCanBeReachedAgainAndTheTaskIsNotRepeated() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                CamelContext another = worker(proxy, "30s")) {
            dispatch("ann", "hello");
            awaitBegun(1);
            proxy.cut();
            gate.release();
            awaitBodies("hello");
            await().during(Duration.ofMillis(300)).until(() -> client.job("ann").isPresent());
            proxy.heal();
            awaitJobs(0);
            assertThat(bodies()).isEqualTo(List.of("hello"));
        }
    }

    @PulseTest
    void taskWhoseEndNobodyCouldTellIsRepeatedElsewhereAsAnotherAttempt() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                CamelContext another = worker(proxy, "3s")) {
            dispatch("ann", "hello");
            awaitBegun(1);
            // as if its process died between the end of the exchange and what it tells Redis
            proxy.cut();
            gate.release();
            awaitBodies("hello");
            route(r -> r.from(tasks()).to("mock:repeated"));
            await().until(() -> getMockEndpoint("mock:repeated").getReceivedCounter() == 1);
            Exchange repeated =
                    getMockEndpoint("mock:repeated").getReceivedExchanges().getFirst();
            assertThat(repeated.getIn().getHeader(PulseConstants.ATTEMPT)).isEqualTo(2);
            awaitJobs(0);
        }
    }

    @PulseTest
    void taskWhoseLeaseEndsIsInterruptedAndHasNotFailed() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                CamelContext another = worker(proxy, "3s")) {
            dispatch("ann", "hello");
            awaitBegun(1);
            proxy.cut();
            route(r -> r.from(tasks("onFailure=dead")).to("mock:elsewhere"));
            await().until(() -> getMockEndpoint("mock:elsewhere").getReceivedCounter() == 1);
            proxy.heal();
            awaitJobs(0);
            assertThat(seen()).isEmpty();
        }
    }

    /** A context whose way to Redis can be broken. */
    private CamelContext worker(FaultProxy proxy, String lease) throws Exception {
        CamelContext another = createCamelContext();
        another.getComponent("pulse-pool", PulsePoolComponent.class)
                .getConfiguration()
                .setUri(proxy.uri());
        another.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(tasks("onFailure=dead", "lease=" + lease, "commandTimeout=1s"))
                        .process(e -> template.send("mock:begun", e.copy()))
                        .process(e -> gate.acquire())
                        .process(e -> template.send("mock:end", e.copy()));
            }
        });
        another.start();
        return another;
    }
}
