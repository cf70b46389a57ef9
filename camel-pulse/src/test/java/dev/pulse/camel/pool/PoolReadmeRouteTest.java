package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolClient;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** What the README shows of pools works, in Java and in YAML. */
class PoolReadmeRouteTest extends RoutesTest {
    private void ends(String... names) throws Exception {
        for (String name : names) {
            route(r -> r.from("direct:" + name).to("mock:" + name));
        }
    }

    private List<String> dead() {
        List<?> jobs = template.requestBody("direct:list-dead", "", List.class);
        return jobs.stream()
                .map(JobInfo.class::cast)
                .map(job -> job.key() + ": " + job.error().orElse("?"))
                .toList();
    }

    private int received(String name) {
        return getMockEndpoint("mock:" + name).getReceivedCounter();
    }

    @PulseTest
    void javaRoutesDoWhatTheReadmeSays() throws Exception {
        ends("fetch", "import", "cart", "report", "report-to-office", "poller");
        AtomicInteger looks = new AtomicInteger();
        route(r -> r.from("direct:look").setHeader("ready", () -> looks.incrementAndGet() > 1));
        route(r -> r.from("direct:print").to("mock:print").process(e -> {
            if (received("print") == 1) {
                throw new IllegalArgumentException("no such order");
            }
        }));
        context.addRoutes(new PoolSnippets());

        template.sendBodyAndHeader("direct:sign-up", "x", "user", "ann");
        template.sendBodyAndHeader("direct:sign-up", "again", "user", "ann");
        assertThat(context.getRoute("mailbox-ann")).isNotNull();
        await().until(() -> received("fetch") > 0);
        template.sendBodyAndHeader("direct:sign-off", "x", "user", "ann");
        assertThat(context.getRoute("mailbox-ann")).isNull();

        template.sendBodyAndHeader("direct:order", Map.of("cents", 350), "order", "o1");
        await().until(() -> dead().equals(List.of("o1: no such order")));
        template.sendBodyAndHeader("direct:mended", "x", "order", "o1");
        try (PoolClient invoices = pulse.pool("invoices");
                PoolClient imports = pulse.pool("imports")) {
            await().until(() -> invoices.jobs().isEmpty());
            imports.enqueue(JobRequest.of("monday", new byte[] {'x'}));
            await().until(() -> received("import") == 1);
        }
        assertThat(received("print")).isEqualTo(2);
        assertThat(looks).hasValue(2);

        template.sendBodyAndHeader("direct:tenant", "https://example.org/a", "tenant", "a");
        await().until(() -> received("poller") == 1);
        assertThat(getMockEndpoint("mock:poller")
                        .getReceivedExchanges()
                        .getFirst()
                        .getIn()
                        .getBody())
                .isEqualTo("https://example.org/a");

        Object cart = template.requestBodyAndHeader("direct:add-to-cart", Map.of("item", "tea"), "customer", "bo");
        assertThat(cart).isEqualTo(Map.of("item", "tea"));
        assertThat(received("cart")).isOne();

        await().until(() -> received("report") == 1);
    }

    @PulseTest
    void yamlRoutesDoTheSame() throws Exception {
        ends("label", "sensor", "summary", "poller");
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:routes/pools.yaml"));
        assertThat(template.requestBodyAndHeader("direct:ship", Map.of("to", "se"), "parcel", "p1"))
                .isEqualTo(Map.of("to", "se"));
        assertThat(received("label")).isOne();
        await().until(() -> received("summary") > 1);
        template.sendBodyAndHeader("direct:new-tenant", "https://example.org/a", "tenant", "a");
        await().until(() -> received("poller") == 1);
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
