package dev.pulse.camel.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;

/** What Micrometer measures. */
class MetersTest extends RoutesTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Override
    protected void configure(CamelContext created) {
        super.configure(created);
        created.getRegistry().bind("meters", registry);
    }

    private double value(String name, String... tags) {
        Meter meter = registry.get("camel.pulse." + name).tags(tags).meter();
        return meter.measure().iterator().next().getValue();
    }

    private void awaitValue(double expected, String name, String... tags) {
        await().untilAsserted(() -> assertThat(value(name, tags)).as(name).isEqualTo(expected));
    }

    @PulseTest
    void sinksAreMeasuredByWhatTheirMembersHaveDoneTogether() throws Exception {
        for (String id : new String[] {"one", "two"}) {
            route(r -> r.from("pulse-sink:" + stream + "/mails?backoff=10ms&maxDeliveries=2")
                    .routeId(id)
                    .filter(r.body().isEqualTo("bad"))
                    .throwException(IllegalStateException.class, "no")
                    .end()
                    .to("mock:end"));
        }
        add("a", "b", "bad");
        awaitValue(2, "sink.acked", "sink", "mails", "stream", stream);
        awaitValue(2, "sink.failed", "sink", "mails");
        awaitValue(1, "sink.redelivered", "sink", "mails");
        awaitValue(1, "sink.dead", "sink", "mails");
        awaitValue(0, "sink.pending", "sink", "mails");
        awaitValue(ChosenRedis.isOld() ? Double.NaN : 0, "sink.lag", "sink", "mails");
        awaitValue(0, "sink.in.flight", "sink", "mails");
        awaitValue(3, "stream.length", "stream", stream);
        context.getRouteController().stopRoute("one");
        add("c");
        awaitValue(3, "sink.acked", "sink", "mails");
        assertThat(value("command.latency", "quantile", "0.99")).isPositive();
    }

    @PulseTest
    void metersGoWithTheLastOfThoseThatHaveThem() throws Exception {
        route(r -> r.from("pulse-stream:" + stream).to("mock:end"));
        route(r -> r.from("pulse-map:" + stream).to("mock:end"));
        awaitValue(0, "reader.behind", "stream", stream);
        awaitValue(0, "map.size", "map", stream);
        assertThat(value("map.staleness", "map", stream)).isNotNegative();
        context.getRouteController().stopAllRoutes();
        await().untilAsserted(() -> assertThat(registry.getMeters()).isEmpty());
    }

    @PulseTest
    void jobsAreMeasuredByStateAndStartsAndRestartsByWorker() throws Exception {
        route(r -> r.from("direct:in").to("pulse-pool:" + stream + "?operation=dispatch&key=ann"));
        for (String id : new String[] {"one", "two"}) {
            route(r -> r.from("pulse-pool:" + stream).routeId(id).to("mock:" + id));
        }
        template.sendBody("direct:in", "x");
        awaitValue(1, "pool.jobs", "pool", stream, "state", "owned");
        awaitValue(0, "pool.jobs", "pool", stream, "state", "dead");
        awaitValue(2, "pool.workers", "pool", stream);
        awaitValue(1, "job.starts", "pool", stream);
        String first = getMockEndpoint("mock:one").getReceivedCounter() == 1 ? "one" : "two";
        context.getRouteController().stopRoute(first, 10, TimeUnit.SECONDS);
        awaitValue(2, "job.starts", "pool", stream);
        awaitValue(1, "job.restarts", "pool", stream);
    }

    @PulseTest
    void attemptsOfTasksAreMeasuredByWorker() throws Exception {
        route(r -> r.from("pulse-pool:" + stream + "?mode=task&attempts=2&backoff=10ms")
                .filter(r.body().isEqualTo("bad"))
                .throwException(IllegalStateException.class, "no")
                .end());
        for (String key : new String[] {"good", "bad"}) {
            template.sendBody("pulse-pool:" + stream + "?operation=enqueue&key=" + key, key);
        }
        awaitValue(3, "job.attempts", "pool", stream);
        awaitValue(2, "job.failed.attempts", "pool", stream);
        awaitValue(1, "job.done", "pool", stream);
        awaitValue(1, "job.dead", "pool", stream);
        awaitValue(1, "pool.jobs", "pool", stream, "state", "dead");
        awaitValue(0, "worker.hanging", "pool", stream);
    }

    @PulseTest
    void firingsOfTickersAndPlansOfSchedulesAreMeasured() throws Exception {
        route(r -> r.from("pulse-pool:" + stream + "?ticker=t&period=100ms")
                .throwException(IllegalStateException.class, "no"));
        route(r -> r.from("pulse-pool:" + stream + "?schedule=s&period=100ms").setBody(e -> List.of("ann")));
        route(r -> r.from("pulse-pool:" + stream).to("mock:end"));
        await().untilAsserted(() -> {
            assertThat(value("ticker.fired", "pool", stream, "ticker", "t")).isGreaterThan(1);
            assertThat(value("ticker.failed", "pool", stream, "ticker", "t")).isGreaterThan(1);
            assertThat(value("schedule.planned", "pool", stream, "schedule", "s"))
                    .isGreaterThan(1);
        });
        awaitValue(0, "schedule.open", "pool", stream, "schedule", "s");
        awaitValue(0, "schedule.failed", "pool", stream, "schedule", "s");
        context.getRouteController().stopAllRoutes();
        await().untilAsserted(() -> assertThat(registry.getMeters()).isEmpty());
    }
}
