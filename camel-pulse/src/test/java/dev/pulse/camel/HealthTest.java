package dev.pulse.camel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.sink.PulseSinkComponent;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.junit.jupiter.api.BeforeAll;

/** What Camel's health checks say of consumers and producers. */
class HealthTest extends RoutesTest {
    @BeforeAll
    static void keepWhatIsWritten() {
        redis.close();
        redis = ChosenRedis.start(EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS));
    }

    @Override
    protected void configure(CamelContext created) {
        super.configure(created);
        HealthCheckRegistry registry = HealthCheckRegistry.get(created);
        registry.register(registry.resolveById("consumers"));
        // as camel.health.producersEnabled=true does
        HealthCheckHelper.getHealthCheckRepository(created, "producers").setEnabled(true);
    }

    /** By id, without the random part of names. */
    private Map<String, HealthCheck.Result> checks() {
        return HealthCheckHelper.invoke(context, "full").stream()
                .collect(Collectors.toMap(
                        result -> result.getCheck().getId().replace(stream, "x"), Function.identity()));
    }

    private void awaitAll(HealthCheck.State state, String... butFor) {
        await().untilAsserted(() -> {
            Map<String, HealthCheck.Result> checks = checks();
            checks.keySet().removeAll(Set.of(butFor));
            assertThat(checks)
                    .isNotEmpty()
                    .allSatisfy((id, check) -> assertThat(check.getState())
                            .as("%s %s", id, check.getMessage())
                            .isEqualTo(state));
        });
    }

    private void routesOverAllEndpoints() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?blockTime=200ms")
                .routeId("reader")
                .to("mock:end"));
        route(r -> r.from("pulse-sink:" + stream + "/mails?blockTime=200ms")
                .routeId("sink")
                .to("mock:end"));
        route(r -> r.from("pulse-map:" + stream).routeId("map").to("mock:end"));
        route(r -> r.from("pulse-pool:" + stream + "?lease=1s").routeId("pool").to("mock:end"));
        route(r -> r.from("direct:in")
                .routeId("asking")
                .to("pulse-stream:" + stream)
                .to("pulse-sink:" + stream + "/mails?operation=lag")
                .to("pulse-map:" + stream + "?operation=size")
                .to("pulse-pool:" + stream + "?operation=jobs"));
    }

    private HealthCheck.Result check(String id) {
        return requireNonNull(checks().get(id), id);
    }

    @PulseTest
    void consumersAndProducersAreDownWithTheReasonWhileRedisIsAwayAndUpWhenItIsBack() throws Exception {
        routesOverAllEndpoints();
        awaitAll(HealthCheck.State.UP);
        assertThat(checks())
                .containsOnlyKeys(
                        "consumer:reader",
                        "consumer:sink",
                        "consumer:map",
                        "consumer:pool",
                        "consumer:asking",
                        "producer:pulse-stream://x",
                        "producer:pulse-sink://x/mails?operation=lag",
                        "producer:pulse-map://x?operation=size",
                        "producer:pulse-pool://x?operation=jobs");
        assertThat(check("consumer:sink").getDetails())
                .containsEntry("pulse.subject", "sink " + stream + "/mails")
                .containsEntry("pulse.redis", redis.uri());
        redis.kill();
        awaitAll(HealthCheck.State.DOWN, "consumer:asking");
        assertThat(checks().values())
                .filteredOn(check -> check.getState() == HealthCheck.State.DOWN)
                .allSatisfy(check -> assertThat(check.getMessage())
                        // which of the loops noticed first
                        .hasValueSatisfying(why -> assertThat(why).contains(": ", ", since ")));
        redis.restart();
        awaitAll(HealthCheck.State.UP);
    }

    @PulseTest
    void consumerOfADestroyedStreamIsDownUntilItsRouteIsStartedAgain() throws Exception {
        for (String batching : new String[] {"false", "true"}) {
            route(r -> r.from("pulse-sink:" + stream + "/mails" + batching + "?blockTime=200ms&batching=" + batching)
                    .routeId("sink-" + batching)
                    .to("mock:end"));
        }
        route(r -> r.from("pulse-stream:" + stream + "?blockTime=200ms")
                .routeId("reader")
                .to("mock:end"));
        add("a");
        awaitAll(HealthCheck.State.UP);
        events().destroy();
        awaitAll(HealthCheck.State.DOWN);
        for (String route : new String[] {"sink-false", "sink-true", "reader"}) {
            context.getRouteController().stopRoute(route);
            context.getRouteController().startRoute(route);
        }
        awaitAll(HealthCheck.State.UP);
    }

    @PulseTest
    void workerOfAPoolThatWasShutDownIsDown() throws Exception {
        route(r -> r.from("pulse-pool:" + stream).routeId("worker").to("mock:end"));
        route(r -> r.from("direct:in").to("pulse-pool:" + stream + "?operation=shutdown"));
        awaitAll(HealthCheck.State.UP);
        template.sendBody("direct:in", "");
        await().untilAsserted(
                        () -> assertThat(check("consumer:worker").getState()).isEqualTo(HealthCheck.State.DOWN));
    }

    @PulseTest
    void checksCanBeTurnedOffAndThoseOfStoppedProducersAreGone() throws Exception {
        PulseSinkComponent sinks = context.getComponent("pulse-sink", PulseSinkComponent.class);
        sinks.setHealthCheckProducerEnabled(false);
        route(r -> r.from("direct:in").routeId("asking").to("pulse-sink:" + stream + "/mails?operation=lag"));
        String id = "producer:pulse-sink://x/mails?operation=lag";
        assertThat(check(id).getState()).isEqualTo(HealthCheck.State.UNKNOWN);
        context.getRouteController().stopRoute("asking");
        context.removeRoute("asking");
        assertThat(checks()).doesNotContainKey(id);
    }
}
