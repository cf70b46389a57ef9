package dev.pulse.camel.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Retention;
import dev.pulse.stream.StreamFigures;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ServiceStatus;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.processor.state.MemoryStateRepository;
import org.junit.jupiter.api.BeforeEach;

/** What the README shows of streams works, in Java and in YAML. */
class StreamReadmeRouteTest extends RoutesTest {
    private final MemoryStateRepository offsets = new MemoryStateRepository();

    @BeforeEach
    void bind() {
        context.getRegistry().bind("offsets", offsets);
    }

    private void ends(String... names) throws Exception {
        for (String name : names) {
            route(r -> r.from("direct:" + name).to("mock:" + name));
        }
    }

    private List<Exchange> awaitReceived(String name, int count) {
        return await().until(() -> getMockEndpoint("mock:" + name).getReceivedExchanges(), all -> all.size() == count);
    }

    private static List<String> payloads(EventStream<String> stream) throws InterruptedException {
        return stream.snapshot().stream().map(Event::payload).toList();
    }

    @PulseTest
    void javaRoutesDoWhatTheReadmeSays() throws Exception {
        EventStream<String> orders = pulse.stream("orders", Codecs.string());
        ends("first-time", "projection", "index", "express", "bulk", "ledger", "one");
        context.addRoutes(new StreamSnippets());

        template.sendBody("direct:order", Map.of("id", 7));
        orders.add(NewEvent.of("order.placed", "{}").withTopic("eu/se").withHeader("express", "true"));
        assertThat(orders.snapshot().getFirst().name()).isEqualTo("order.placed");
        assertThat(awaitReceived("projection", 2).getFirst().getIn().getBody()).isEqualTo(Map.of("id", 7));
        awaitReceived("index", 2);
        String last = orders.snapshot().getLast().id().toString();
        await().untilAsserted(() -> assertThat(offsets.getState("orders")).isEqualTo(last));
        awaitReceived("express", 1);
        // more than a batch's time-out may be between them
        await().until(() -> getMockEndpoint("mock:bulk").getReceivedExchanges().stream()
                        .mapToInt(batch -> batch.getIn().getBody(List.class).size())
                        .sum()
                == 2);
        awaitReceived("ledger", 2);
        template.sendBody("direct:next", "?");
        assertThat(awaitReceived("one", 1).getFirst().getIn().getBody(String.class))
                .isEqualTo("{\"id\":7}");

        template.sendBody("direct:file", "a\nb\nc");
        EventStream<String> lines = pulse.stream("lines", Codecs.string());
        await().untilAsserted(() -> assertThat(payloads(lines)).containsExactly("a", "b", "c"));

        for (String id : List.of("1", "1", "2")) {
            template.sendBodyAndHeader("direct:payment", "paid", "paymentId", id);
        }
        awaitReceived("first-time", 2);
        assertThat(pulse.stream("payments").snapshot()).hasSize(2);

        template.sendBodyAndHeader("direct:region-order", "a", "region", "eu");
        assertThat(pulse.stream("orders-eu").snapshot()).hasSize(1);

        context.getRouteController().suspendRoute("ledger");
        orders.changeRetention(Retention.maxLength(1));
        orders.add("order.placed", "{}");
        orders.add("order.placed", "{}");
        context.getRouteController().resumeRoute("ledger");
        await().untilAsserted(() -> assertThat(context.getRouteController().getRouteStatus("ledger"))
                .isEqualTo(ServiceStatus.Suspended));
        assertThat(getMockEndpoint("mock:ledger").getReceivedCounter()).isEqualTo(2);
    }

    @PulseTest
    void yamlRoutesDoTheSame() throws Exception {
        EventStream<String> parcels = pulse.stream("parcels", Codecs.string());
        ends("track", "bulk", "one");
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("classpath:routes/streams.yaml"));
        template.sendBodyAndHeader("direct:parcel", Map.of("id", 1), "customer", "ann");
        template.sendBodyAndHeader("direct:parcel", Map.of("id", 2), "customer", "bo");
        for (int i = 0; i < 2; i++) {
            template.sendBodyAndHeader("direct:once", "once", "parcel", "3");
        }
        assertThat(payloads(parcels)).containsExactly("{\"id\":1}", "{\"id\":2}", "once");
        assertThat(parcels.snapshot().getFirst().name()).isEqualTo("parcel.packed");
        template.sendBodyAndHeader("direct:parcels-to", "x", "country", "se");
        assertThat(pulse.stream("parcels-se").snapshot()).hasSize(1);
        assertThat(template.requestBody("direct:look", "?", StreamFigures.class).maxLength())
                .isEqualTo(1_000_000);

        assertThat(awaitReceived("track", 2))
                .extracting(each -> each.getIn().getHeader(PulseConstants.EVENT_ID))
                .containsExactly(
                        parcels.snapshot().getFirst().id().toString(),
                        parcels.snapshot().getLast().id().toString());
        assertThat(awaitReceived("bulk", 1).getFirst().getIn().getBody(List.class))
                .hasSize(3);
        template.sendBody("direct:next", "?");
        assertThat(awaitReceived("one", 1).getFirst().getIn().getBody()).isEqualTo("{\"id\":1}");
    }
}
