package dev.pulse.camel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Credentials;
import dev.pulse.Pulse;
import dev.pulse.camel.sink.PulseSinkComponent;
import dev.pulse.camel.stream.PulseStreamComponent;
import dev.pulse.testing.PulseTest;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.PropertyBindingSupport;
import redis.clients.jedis.params.ClientKillParams;

class EngineLookupTest extends RoutesTest {
    @Override
    protected void configure(CamelContext created) {
        // each test says where Redis is
    }

    private PulseStreamComponent streams() {
        return context.getComponent("pulse-stream", PulseStreamComponent.class);
    }

    private PulseSinkComponent sinks() {
        return context.getComponent("pulse-sink", PulseSinkComponent.class);
    }

    /** How many engines are connected beside the test's own. */
    private static long engines() {
        return connections().stream()
                .filter(name -> name.matches("name=pulse/pulse/lane.*"))
                .count();
    }

    private void routes() throws Exception {
        route(r -> r.from("direct:in").to("pulse-stream:" + stream));
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        template.sendBody("direct:in", "a");
        awaitBodies("a");
    }

    @PulseTest
    void componentsWithTheSameUriShareOneEngine() throws Exception {
        streams().getConfiguration().setUri(redis.uri());
        sinks().getConfiguration().setUri(redis.uri());
        routes();
        assertThat(engines()).isOne();
    }

    @PulseTest
    void uriOfAnotherPulseComponentServesTheOneWithout() throws Exception {
        sinks().getConfiguration().setUri(redis.uri());
        routes();
        assertThat(engines()).isOne();
    }

    @PulseTest
    void uriOfAnEndpointGoesBeforeTheComponents() throws Exception {
        streams().getConfiguration().setUri("redis://localhost:1");
        sinks().getConfiguration().setUri(redis.uri());
        route(r -> r.from("direct:in").to("pulse-stream:" + stream + "?uri=" + redis.uri()));
        template.sendBody("direct:in", "a");
        assertThat(engines()).isOne();
    }

    @PulseTest
    void theOnlyPulseInTheRegistryIsUsedAndNotClosed() throws Exception {
        context.getRegistry().bind("engine", pulse);
        routes();
        assertThat(engines()).isZero();
        context.stop();
        assertThat(events().add("order.placed", "b")).isNotNull();
    }

    @PulseTest
    void uriGoesBeforeThePulseInTheRegistry() throws Exception {
        context.getRegistry().bind("engine", pulse);
        streams().getConfiguration().setUri(redis.uri());
        sinks().getConfiguration().setUri(redis.uri());
        routes();
        assertThat(engines()).isOne();
    }

    @PulseTest
    void clientOfAnEndpointGoesFirst() throws Exception {
        streams().getConfiguration().setUri("redis://localhost:1");
        context.getRegistry().bind("engine", pulse);
        try (Pulse other = Pulse.connect(redis.uri())) {
            context.getRegistry().bind("other", other);
            route(r -> r.from("pulse-sink:" + stream + "/mails?client=#engine").to("mock:end"));
            streams().getConfiguration().setClient(other);
            template.sendBody("pulse-stream:" + stream, "a");
            awaitBodies("a");
        }
    }

    @PulseTest
    void endpointsWithDifferentTimeoutsHaveEnginesOfTheirOwn() throws Exception {
        streams().getConfiguration().setUri(redis.uri());
        route(r ->
                r.from("direct:in").to("pulse-stream:" + stream).to("pulse-stream:" + stream + "?commandTimeout=9s"));
        template.sendBody("direct:in", "a");
        assertThat(engines()).isEqualTo(2);
    }

    @PulseTest
    void optionsOfAComponentAreTheDefaultsOfItsEndpoints() {
        streams().getConfiguration().setCodec("string");
        streams().getConfiguration().setCommandTimeout(700);
        PulseEndpoint endpoint = context.getEndpoint("pulse-stream:" + stream + "?codec=json", PulseEndpoint.class);
        assertThat(endpoint.getConfiguration().getCodec()).isEqualTo("json");
        assertThat(endpoint.getConfiguration().getCommandTimeout()).isEqualTo(700);
        assertThat(streams().getConfiguration().getCodec()).isEqualTo("string");
    }

    @PulseTest
    void componentIsConfiguredByProperties() {
        PropertyBindingSupport.build()
                .withCamelContext(context)
                .withTarget(streams())
                .withProperty("commandTimeout", "700ms")
                .withProperty("uri", "redis://h")
                .withConfigurer(PluginHelper.getConfigurerResolver(context)
                        .resolvePropertyConfigurer("pulse-stream-component", context))
                .bind();
        assertThat(streams().getConfiguration().getCommandTimeout()).isEqualTo(700);
        assertThat(streams().getConfiguration().getUri()).isEqualTo("redis://h");
    }

    @PulseTest
    void endpointTellsWhereItsRedisIsWithoutSecrets() {
        sinks().getConfiguration().setUri("redis://ann:s3cret@elsewhere:1");
        PulseEndpoint endpoint = context.getEndpoint("pulse-stream:" + stream, PulseEndpoint.class);
        assertThat(endpoint.getServiceUrl()).isEqualTo("redis://elsewhere:1");
        assertThat(endpoint.getServiceProtocol()).isEqualTo("redis");
        context.getRegistry().bind("engine", pulse);
        assertThat(endpoint.getServiceUrl()).isNull();
    }

    @PulseTest
    void engineIsClosedWhenItsLastRouteStopped() throws Exception {
        sinks().getConfiguration().setUri(redis.uri());
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("one").to("mock:end"));
        route(r -> r.from("pulse-sink:" + stream + "/bills").routeId("two").to("mock:end"));
        context.getRouteController().stopRoute("one");
        assertThat(engines()).isOne();
        context.getRouteController().stopRoute("two");
        await().untilAsserted(() -> assertThat(engines()).isZero());
    }

    @PulseTest
    void embeddedRedisIsSharedAndOutlivesItsRoutes() throws Exception {
        streams().getConfiguration().setUri("embedded:");
        route(r -> r.from("direct:in").to("pulse-stream:" + stream));
        template.sendBody("direct:in", "a");
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("mails").to("mock:end"));
        awaitBodies("a");
        assertThat(engines()).isZero();
    }

    @PulseTest
    void userAndPasswordAreOptionsOfTheirOwn() throws Exception {
        try (var jedis = jedis()) {
            jedis.aclSetUser("camel", "on", ">p@ss/w:rd%?", "~*", "&*", "+@all");
        }
        streams().getConfiguration().setUri(redis.uri());
        streams().getConfiguration().setUsername("camel");
        streams().getConfiguration().setPassword("p@ss/w:rd%?");
        template.sendBody("pulse-stream:" + stream, "a");
        try (var jedis = jedis()) {
            assertThat(jedis.clientList()).contains("user=camel");
        }
    }

    @PulseTest
    void onlyCredentialsInTheRegistryAreAskedAtEachNewConnection() throws Exception {
        AtomicReference<String> password = new AtomicReference<>("one");
        try (var jedis = jedis()) {
            jedis.aclSetUser("ann", "reset", "on", ">one", "~*", "&*", "+@all");
            // its components are there already
            context.getRegistry().bind("login", (PulseCredentials)
                    () -> new Credentials("ann", requireNonNull(password.get())));
            sinks().getConfiguration().setUri(redis.uri());
            routes();
            assertThat(engines()).isOne();
            password.set("two");
            jedis.aclSetUser("ann", "resetpass", ">two");
            jedis.clientKill(ClientKillParams.clientKillParams().user("ann"));
        }
        add("b");
        awaitBodies("a", "b");
    }

    @PulseTest
    void credentialsAreNotGivenTwice() {
        context.getRegistry().bind("login", (PulseCredentials) () -> Credentials.password("one"));
        assertThatThrownBy(() -> context.getEndpoint(
                        "pulse-stream:" + stream + "?credentials=#login&password=two&uri=redis://h"))
                .hasMessageContaining("credentials are in place of username and password")
                .hasMessageNotContaining("two");
    }

    @PulseTest
    void boundsOfPayloadsAndHeadersAreOptions() {
        streams().getConfiguration().setUri(redis.uri());
        streams().getConfiguration().setMaxHeaderBytes(10);
        String bounded = "pulse-stream:" + stream + "?maxPayloadBytes=3";
        template.sendBodyAndHeader(bounded, "abc", "k", "v");
        assertThat(template.send(bounded, e -> e.getIn().setBody("abcd")).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 3 bytes");
        assertThat(template.send(bounded, e -> {
                            e.getIn().setBody("abc");
                            e.getIn().setHeader("key", "a long value");
                        })
                        .getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 10 bytes");
    }
}
