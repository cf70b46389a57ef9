package dev.pulse.camel.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.Plan;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/** Routes that plan which jobs are to run. */
class ScheduleRouteTest extends PoolRoutesTest {
    private final AtomicReference<@Nullable Object> plan = new AtomicReference<>();
    private final AtomicInteger planned = new AtomicInteger();

    private String schedule(String... options) {
        return pool("schedule=s", "period=200ms") + String.join("", List.of(options));
    }

    /** A route that makes the plan that is set, and a worker. */
    private void planAndWork(String... options) throws Exception {
        work("jobs", "on=start,stop");
        route(r -> r.from(schedule(options))
                .routeId("plans")
                .to("mock:plans")
                .process(e -> e.getMessage().setBody(plan.get()))
                .process(e -> planned.incrementAndGet()));
    }

    private void awaitRunning(String... keys) {
        await().untilAsserted(() -> assertThat(client.jobs())
                .filteredOn(job -> job.state() == JobInfo.State.RUNNING)
                .extracting(JobInfo::key)
                .containsExactlyInAnyOrder(keys));
    }

    /** Waits until plans that were begun from now on are made. */
    private void awaitPlans() {
        int before = planned.get();
        await().until(() -> planned.get() >= before + 3);
    }

    @PulseTest
    void jobsOfACollectionRunAndThoseThatAreMissingEnd() throws Exception {
        plan.set(Set.of("ann", "bo"));
        planAndWork();
        awaitRunning("ann", "bo");
        plan.set(List.of("bo", "cy"));
        awaitRunning("bo", "cy");
        assertThat(happened()).containsOnlyOnce("start bo").doesNotContain("stop bo");
        plan.set(List.of());
        awaitRunning();
        Message first =
                getMockEndpoint("mock:plans").getReceivedExchanges().get(0).getIn();
        assertThat(first.getHeaders())
                .containsEntry(PulseConstants.POOL, stream)
                .containsEntry(PulseConstants.SCHEDULE, "s")
                .containsKeys(PulseConstants.DUE, PulseConstants.MISSED, PulseConstants.FENCING_TOKEN);
    }

    @PulseTest
    void jobsOfAMapHavePayloads() throws Exception {
        plan.set(Map.of("ann", "hello", 7, "good day"));
        planAndWork();
        awaitRunning("ann", "7");
        assertThat(client.payload("ann")).contains("hello".getBytes(UTF_8));
        assertThat(client.payload("7")).contains("good day".getBytes(UTF_8));
    }

    @PulseTest
    void otherJobsGoOnWhereThatIsWished() throws Exception {
        plan.set(Set.of("ann"));
        planAndWork("&stopOthers=false");
        awaitRunning("ann");
        plan.set(Set.of("bo"));
        awaitRunning("ann", "bo");
    }

    @PulseTest
    void planSaysItself() throws Exception {
        plan.set(Plan.nothing().starting("ann", new byte[0]).starting("bo", new byte[0]));
        planAndWork();
        awaitRunning("ann", "bo");
        plan.set(Plan.nothing().stopping(Set.of("ann")));
        awaitRunning("bo");
    }

    @PulseTest
    void jobThatTheScheduleDidNotStartIsLeftAlone() throws Exception {
        plan.set(Set.of("ann"));
        planAndWork();
        dispatch("bo", "mine");
        awaitRunning("ann", "bo");
        awaitPlans();
        awaitRunning("ann", "bo");
    }

    @PulseTest
    void whatIsNoPlanChangesNothing() throws Exception {
        plan.set(Set.of("ann"));
        planAndWork();
        awaitRunning("ann");
        int before = planned.get();
        plan.set(null);
        await().until(() -> planned.get() > before + 1);
        awaitRunning("ann");
        plan.set(42);
        int later = planned.get();
        await().until(() -> planned.get() > later);
        awaitRunning("ann");
        plan.set(Set.of("bo"));
        awaitRunning("bo");
    }

    @PulseTest
    void oneNodeAtATimePlans() throws Exception {
        AtomicInteger planning = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        plan.set(Set.of("ann"));
        RouteBuilder routes = new RouteBuilder() {
            @Override
            public void configure() {
                from(schedule()).process(e -> {
                    if (planning.incrementAndGet() > 1) {
                        overlaps.incrementAndGet();
                    }
                    Thread.sleep(20); // takes its time
                    planning.decrementAndGet();
                    e.getMessage().setBody(plan.get());
                    planned.incrementAndGet();
                });
            }
        };
        work("jobs");
        context.addRoutes(routes);
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(routes);
            another.start();
            awaitPlans();
        }
        awaitPlans();
        assertThat(overlaps).hasValue(0);
        awaitRunning("ann");
    }

    @PulseTest
    void jobsGoOnWithoutThePlannerAndItGoesOnWithThem() throws Exception {
        plan.set(Set.of("ann"));
        planAndWork();
        awaitRunning("ann");
        context.getRouteController().suspendRoute("plans");
        plan.set(Set.of("bo"));
        context.getRouteController().resumeRoute("plans");
        awaitRunning("bo");
        await().untilAsserted(() -> assertThat(happened()).contains("stop ann"));
    }

    @PulseTest
    void stoppingInterruptsAPlanThatOutlastsTheShutdownTimeout() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        route(r -> r.from(schedule()).routeId("plans").process(e -> {
            begun.countDown();
            never.await();
        }));
        begun.await();
        stopRoute("plans");
    }
}
