package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.camel.map.PulseMapComponent;
import dev.pulse.camel.pool.PulsePoolComponent;
import dev.pulse.camel.sink.PulseSinkComponent;
import dev.pulse.camel.stream.PulseStreamComponent;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.testing.ChosenRedis;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Jedis;

/**
 * A CamelContext over an embedded Redis. Each test has a stream of its own, adds its routes to the context that has
 * started, and leaves no connection behind.
 */
public abstract class RoutesTest extends CamelTestSupport {
    protected static EmbeddedRedis redis;

    protected final String stream = "orders-" + UUID.randomUUID();
    /** An engine beside Camel, to add events and to look. */
    protected Pulse pulse;

    @BeforeAll
    static void startRedis() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        redis = ChosenRedis.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void connect() {
        try (Jedis jedis = jedis()) {
            // what READMEs show has names that are not the test's own
            jedis.flushAll();
        }
        pulse = Pulse.builder().uri(redis.uri()).clientName("test").connect();
    }

    @AfterEach
    void nothingIsLeft() {
        context.stop();
        pulse.close();
        await().untilAsserted(() -> assertThat(connections()).isEmpty());
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        created.getShutdownStrategy().setTimeout(5);
        created.getShutdownStrategy().setTimeUnit(TimeUnit.SECONDS);
        configure(created);
        return created;
    }

    /** All components use the embedded Redis, unless a test wishes otherwise. */
    protected void configure(CamelContext created) {
        created.getComponent("pulse-stream", PulseStreamComponent.class)
                .getConfiguration()
                .setUri(redis.uri());
        created.getComponent("pulse-sink", PulseSinkComponent.class)
                .getConfiguration()
                .setUri(redis.uri());
        created.getComponent("pulse-map", PulseMapComponent.class)
                .getConfiguration()
                .setUri(redis.uri());
        created.getComponent("pulse-pool", PulsePoolComponent.class)
                .getConfiguration()
                .setUri(redis.uri());
    }

    /** Adds a route to the context that runs. */
    protected void route(Routing routing) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                routing.configure(this);
            }
        });
    }

    /** Stops a route, which waits for what is in flight; returns when it begins no further exchange. */
    protected Thread stopInBackground(String routeId) {
        PulseConsumer consumer = (PulseConsumer) context.getRoute(routeId).getConsumer();
        Thread stopping = Thread.ofVirtual().start(() -> {
            try {
                context.getRouteController().stopRoute(routeId);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        // what is to be stopped is suspended first
        await().until(() -> consumer.isSuspended() || consumer.isStoppingOrStopped());
        return stopping;
    }

    @FunctionalInterface
    protected interface Routing {
        void configure(RouteBuilder builder);
    }

    protected EventStream<String> events() {
        return pulse.stream(stream, Codecs.string());
    }

    protected void add(String... payloads) throws InterruptedException {
        for (String payload : payloads) {
            events().add("order.placed", payload);
        }
    }

    protected MockEndpoint mock() {
        return getMockEndpoint("mock:end");
    }

    /** The bodies that have arrived, as text. */
    protected List<String> bodies() {
        return mock().getReceivedExchanges().stream()
                .map(exchange -> exchange.getIn().getBody(String.class))
                .toList();
    }

    protected void awaitBodies(String... expected) {
        await().untilAsserted(() -> assertThat(bodies()).containsExactly(expected));
    }

    /** How many events of the sink are pending in Redis. */
    protected long pending(String sink) {
        try (Jedis jedis = jedis()) {
            return jedis.xinfoGroups("pulse:stream:" + stream).stream()
                    .filter(group -> group.getName().equals(sink))
                    .mapToLong(group -> group.getPending())
                    .findFirst()
                    .orElse(0);
        }
    }

    protected void awaitNothingPending(String sink) {
        await().untilAsserted(() -> assertThat(pending(sink)).isZero());
    }

    /** The names of the connections that engines hold. */
    protected static List<String> connections() {
        try (Jedis jedis = jedis()) {
            return jedis.clientList()
                    .lines()
                    .flatMap(line -> Arrays.stream(line.split(" ")))
                    .filter(field -> field.startsWith("name=pulse/"))
                    .toList();
        }
    }

    protected static Jedis jedis() {
        return new Jedis(URI.create(redis.uri()));
    }
}
