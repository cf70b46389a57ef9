package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolClient;
import dev.pulse.testing.PulseTest;
import java.util.Map;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** What the README shows of pools works, in Java and in YAML. */
class PoolReadmeRouteTest extends RoutesTest {
    private void ends(String... names) throws Exception {
        for (String name : names) {
            route(r -> r.from("direct:" + name).to("mock:" + name));
        }
    }

    private int received(String name) {
        return getMockEndpoint("mock:" + name).getReceivedCounter();
    }

    @PulseTest
    void javaRoutesDoWhatTheReadmeSays() throws Exception {
        ends("fetch", "print", "cart", "report");
        context.addRoutes(new PoolSnippets());

        template.sendBodyAndHeader("direct:sign-up", "x", "user", "ann");
        template.sendBodyAndHeader("direct:sign-up", "again", "user", "ann");
        assertThat(context.getRoute("mailbox-ann")).isNotNull();
        await().until(() -> received("fetch") > 0);
        template.sendBodyAndHeader("direct:sign-off", "x", "user", "ann");
        assertThat(context.getRoute("mailbox-ann")).isNull();

        template.sendBodyAndHeader("direct:order", Map.of("cents", 350), "order", "o1");
        template.sendBodyAndHeader("direct:order", Map.of("cents", 350), "order", "o1");
        try (PoolClient invoices = pulse.pool("invoices")) {
            await().until(() -> invoices.jobs().isEmpty());
        }
        assertThat(received("print")).isOne();

        Object cart = template.requestBodyAndHeader("direct:add-to-cart", Map.of("item", "tea"), "customer", "bo");
        assertThat(cart).isEqualTo(Map.of("item", "tea"));
        assertThat(received("cart")).isOne();

        await().until(() -> received("report") == 1);
    }

    @PulseTest
    void yamlRoutesDoTheSame() throws Exception {
        ends("label", "sensor");
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:routes/pools.yaml"));
        template.sendBodyAndHeader("direct:ship", Map.of("to", "se"), "parcel", "p1");
        await().until(() -> received("label") == 1);
        await().untilAsserted(() -> assertThat(template.requestBody("direct:outcome-of", ""))
                .asList()
                .isEmpty());
        try (PoolClient sensors = pulse.pool("sensors")) {
            sensors.dispatch(JobRequest.of("s1", new byte[] {'x'}));
            assertThat(sensors.jobs()).extracting(JobInfo::key).containsExactly("s1");
        }
        assertThat(template.requestBodyAndHeaders("direct:ask-sensor", "?", Map.of("kind", "sensors", "sensor", "s1")))
                .isEqualTo("message s1: ?");
        assertThat(getMockEndpoint("mock:sensor").getReceivedExchanges())
                .extracting(e -> e.getIn().getBody())
                .containsExactly("start s1: x", "message s1: ?");
    }
}
