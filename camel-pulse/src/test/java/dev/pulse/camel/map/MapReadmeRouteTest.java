package dev.pulse.camel.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** What the README shows of maps works, in Java and in YAML. */
class MapReadmeRouteTest extends RoutesTest {
    private void ends(String... names) throws Exception {
        for (String name : names) {
            route(r -> r.from("direct:" + name).to("mock:" + name));
        }
    }

    private int received(String name) {
        return getMockEndpoint("mock:" + name).getReceivedCounter();
    }

    private void awaitFlag(String key, String value) {
        await().untilAsserted(() -> {
            List<Exchange> all = getMockEndpoint("mock:flag").getReceivedExchanges();
            assertThat(all).isNotEmpty();
            assertThat(all.getLast().getIn().getHeader(PulseConstants.KEY)).isEqualTo(key);
            assertThat(all.getLast().getIn().getBody()).isEqualTo(value);
        });
    }

    @PulseTest
    void javaRoutesDoWhatTheReadmeSays() throws Exception {
        ends("new-checkout", "old-checkout", "partner", "report", "flag");
        context.getRegistry().bind("seen", new PulseIdempotentRepository("seen"));
        context.getRegistry().bind("offsets", new PulseStateRepository("offsets"));
        route(r -> r.from("direct:look-up-price").to("mock:looked-up").setBody(r.constant(Map.of("cents", 350))));
        context.addRoutes(new MapSnippets());

        template.sendBody("direct:checkout", "order");
        template.sendBody("direct:flip", "on");
        awaitFlag("new-checkout", "on");
        template.sendBody("direct:checkout", "order");
        assertThat(received("old-checkout")).isOne();
        assertThat(received("new-checkout")).isOne();
        template.sendBody("direct:flip", "off");
        awaitFlag("new-checkout", "off");
        assertThat(getMockEndpoint("mock:flag")
                        .getReceivedExchanges()
                        .getLast()
                        .getIn()
                        .getHeader("CamelPulseOldValue"))
                .isEqualTo("on");

        for (int i = 0; i < 105; i++) {
            template.sendBodyAndHeader("direct:call-partner", "x", "customer", "ann");
        }
        assertThat(received("partner")).isBetween(100, 105);

        assertThat(price()).isEqualTo(Map.of("cents", 350));
        await().untilAsserted(() -> {
            int before = received("looked-up");
            assertThat(price()).isEqualTo(Map.of("cents", 350));
            assertThat(received("looked-up")).isEqualTo(before);
        });
        int before = received("looked-up");
        template.sendBodyAndHeader("direct:price-changed", "", "product", "bread");
        await().untilAsserted(() -> {
            price();
            assertThat(received("looked-up")).isGreaterThan(before);
        });

        try (ReplicatedMap<List<String>> rooms = pulse.map("rooms", Codecs.list());
                ReplicatedMap<String> jobs = pulse.map("jobs", Codecs.string())) {
            for (String name : List.of("ann", "bo", "ann")) {
                template.sendBodyAndHeader("direct:join", name, "room", "7");
            }
            assertThat(rooms.getFresh("7")).contains(List.of("ann", "bo"));
            template.sendBodyAndHeader("direct:leave", "ann", "room", "7");
            assertThat(rooms.getFresh("7")).contains(List.of("bo"));

            jobs.set("report", "free");
            template.sendBody("direct:take-over", "x");
            template.sendBody("direct:take-over", "x");
            assertThat(received("report")).isOne();
            assertThat(jobs.getFresh("report")).contains(context.getName());
        }
    }

    @PulseTest
    void repositoriesInMapsRememberWhatWasDone() throws Exception {
        ends("credit", "index", "flag", "book-order");
        route(r -> r.from("direct:line").to("pulse-stream:lines"));
        PulseIdempotentRepository seen = new PulseIdempotentRepository("seen");
        PulseStateRepository offsets = new PulseStateRepository("offsets");
        context.addService(seen);
        context.getRegistry().bind("seen", seen);
        context.getRegistry().bind("offsets", offsets);
        EventStream<String> payments = pulse.stream("payments", Codecs.string());
        String done =
                payments.add("paid", "in another process, whose ack was lost").toString();
        seen.add(done);
        context.addRoutes(new MapSnippets());
        String next = payments.add("paid", "here").toString();
        await().until(() -> seen.contains(next));
        for (String line : List.of("bread", "milk")) {
            template.sendBodyAndHeaders("direct:line", line, Map.of("order", 7, "lines", 2));
        }
        await().until(() -> received("book-order") == 1);
        assertThat(getMockEndpoint("mock:book-order")
                        .getReceivedExchanges()
                        .getFirst()
                        .getIn()
                        .getBody())
                .isEqualTo(List.of("bread", "milk"));
        assertThat(getMockEndpoint("mock:credit").getReceivedExchanges())
                .extracting(e -> e.getIn().getBody(String.class))
                .containsExactly("here");
        await().untilAsserted(() -> assertThat(offsets.getState("payments")).isEqualTo(next));
    }

    private Object price() {
        return template.requestBodyAndHeader("direct:price", "", "product", "bread");
    }

    @PulseTest
    void yamlRoutesDoTheSame() throws Exception {
        ends("new-checkout", "old-checkout", "flag");
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:routes/maps.yaml"));
        template.sendBody("direct:checkout", "order");
        template.sendBodyAndHeader("direct:flip", "on", "flag", "new-checkout");
        template.sendBody("direct:checkout", "order");
        template.sendBodyAndHeader("direct:flip", "on", "flag", "other");
        template.sendBodyAndHeader("direct:flip", "off", "flag", "new-checkout");
        assertThat(received("old-checkout")).isOne();
        assertThat(received("new-checkout")).isOne();
        awaitFlag("new-checkout", "off");
        assertThat(received("flag")).isEqualTo(2);
        assertThat(template.requestBodyAndHeader("direct:sessions-of", "", "country", "se"))
                .isEqualTo(0);
    }
}
