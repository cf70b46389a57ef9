package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.pool.JobInfo;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;

/** Jobs that end with the exchange of their start. */
class TaskRouteTest extends PoolRoutesTest {
    private final Semaphore gate = new Semaphore(0);

    /** A route whose exchanges wait at the gate. */
    private void waitingTasks(String id) throws Exception {
        route(r -> r.from(pool("mode=task"))
                .routeId(id)
                .to("mock:begun")
                .process(e -> gate.acquire())
                .to("mock:end"));
    }

    private void awaitBegun(int expected) {
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == expected);
    }

    @PulseTest
    void jobEndsWhenItsExchangeIsComplete() throws Exception {
        waitingTasks("jobs");
        dispatch("ann", "hello");
        // begun is enough for who dispatches
        awaitBegun(1);
        assertThat(client.job("ann")).map(JobInfo::state).contains(JobInfo.State.RUNNING);
        gate.release();
        awaitBodies("hello");
        awaitJobs(0);
        gate.release();
        dispatch("ann", "again");
        awaitBodies("hello", "again");
        awaitJobs(0);
    }

    @PulseTest
    void jobEndsWhenItsExchangeIsCompleteOnAnotherThread() throws Exception {
        route(r -> r.from(pool("mode=task")).to("seda:later"));
        route(r -> r.from("seda:later").to("mock:begun").process(e -> gate.acquire()));
        dispatch("ann", "hello");
        awaitBegun(1);
        await().during(Duration.ofMillis(200)).until(() -> client.job("ann").isPresent());
        gate.release();
        awaitJobs(0);
    }

    @PulseTest
    void failedExchangeIsToldAndEndsTheJob() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from(pool("mode=task", "exceptionHandler=#handler")).process(e -> {
            throw new IllegalStateException("no stock");
        }));
        dispatch("ann", "hello");
        awaitJobs(0);
        assertThat(told.all()).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @PulseTest
    void manyTasksOfManyKeysAllEnd() throws Exception {
        route(r -> r.from(pool("mode=task", "maxJobs=8")).to("mock:end"));
        route(r -> r.from(pool("mode=task", "maxJobs=8")).to("mock:end"));
        for (int i = 0; i < 200; i++) {
            dispatch("k" + i, "x");
        }
        awaitJobs(0);
        assertThat(mock().getReceivedCounter()).isEqualTo(200);
    }

    @PulseTest
    void taskIsNotStartedElsewhereWhenItsRouteIsStoppedWhileItRuns() throws Exception {
        waitingTasks("a");
        dispatch("ann", "hello");
        awaitBegun(1);
        AtomicInteger elsewhere = new AtomicInteger();
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(pool("mode=task")).process(e -> elsewhere.incrementAndGet());
                }
            });
            another.start();
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    stopRoute("a");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            awaitWorkers(1);
            gate.release();
            stopping.join();
            awaitBodies("hello");
            awaitJobs(0);
            assertThat(elsewhere).hasValue(0);
        }
    }

    @PulseTest
    void taskThatIsCutShortBeginsElsewhere() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        waitingTasks("a");
        dispatch("ann", "hello");
        awaitBegun(1);
        stopRoute("a");
        assertThat(client.job("ann")).map(JobInfo::state).contains(JobInfo.State.WAITING);
        gate.release();
        waitingTasks("b");
        awaitBodies("hello");
        assertThat(seen().getFirst().getIn().getHeader(PulseConstants.RESTARTS)).isEqualTo(1);
        awaitJobs(0);
    }

    @PulseTest
    void stopOfATaskWaitsForItsExchange() throws Exception {
        waitingTasks("a");
        dispatch("ann", "hello");
        awaitBegun(1);
        Thread stopping = Thread.ofVirtual().start(() -> {
            try {
                client.stopJob("ann");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().during(Duration.ofMillis(200)).until(stopping::isAlive);
        gate.release();
        stopping.join();
        awaitBodies("hello");
        awaitJobs(0);
    }

    @PulseTest
    void messagesAreAnsweredBesideTasks() throws Exception {
        route(r -> r.from(pool("mode=task", "on=start,message"))
                .setBody(r.simple("${header.CamelPulseJobEvent} ${body}"))
                .to("mock:end"));
        assertThat(template.requestBody(pool("operation=send", "key=ann"), "hello"))
                .isEqualTo("message hello");
        dispatch("ann", "hello");
        awaitBodies("message hello", "start hello");
        awaitJobs(0);
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
    void taskWhoseEndNobodyCouldTellIsRepeatedElsewhere() throws Exception {
        CountDownLatch repeated = new CountDownLatch(1);
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                CamelContext another = worker(proxy, "3s")) {
            dispatch("ann", "hello");
            awaitBegun(1);
            // as if its process died between the end of the exchange and what it tells Redis
            proxy.cut();
            gate.release();
            awaitBodies("hello");
            route(r -> r.from(pool("mode=task")).process(e -> {
                assertThat(e.getIn().getHeader(PulseConstants.RESTARTS)).isEqualTo(1);
                repeated.countDown();
            }));
            await().until(() -> repeated.getCount() == 0);
            awaitJobs(0);
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
                from(pool("mode=task", "lease=" + lease, "commandTimeout=1s"))
                        .process(e -> template.send("mock:begun", e.copy()))
                        .process(e -> gate.acquire())
                        .process(e -> template.send("mock:end", e.copy()));
            }
        });
        another.start();
        return another;
    }
}
