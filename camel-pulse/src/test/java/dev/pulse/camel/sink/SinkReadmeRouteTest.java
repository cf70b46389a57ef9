package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.StreamFigures;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.SuspendableService;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository;

/** What the README shows of sinks works, in Java and in YAML. */
class SinkReadmeRouteTest extends RoutesTest {
    private void ends(String... names) throws Exception {
        for (String name : names) {
            route(r -> r.from("direct:" + name).to("mock:" + name));
        }
    }

    private List<Exchange> awaitReceived(String name, int count) {
        return await().until(() -> getMockEndpoint("mock:" + name).getReceivedExchanges(), all -> all.size() == count);
    }

    private static void awaitAcked(EventStream<?> stream, String... sinks) {
        await().untilAsserted(() -> assertThat(stream.figures().groups())
                .filteredOn(group -> List.of(sinks).contains(group.sink()))
                .hasSize(sinks.length)
                .allSatisfy(group ->
                        assertThat(group.lag().orElse(0) + group.pending()).isZero()));
    }

    @PulseTest
    void javaRoutesDoWhatTheReadmeSays() throws Exception {
        EventStream<String> orders = pulse.stream("orders", Codecs.string());
        AtomicBoolean stocked = new AtomicBoolean();
        route(r -> r.from("direct:charge").to("mock:charge").process(e -> {
            if (!stocked.get() && e.getIn().getBody(String.class).equals("b")) {
                throw new IllegalStateException("no stock");
            }
        }));
        AtomicBoolean partnerIsThere = new AtomicBoolean();
        route(r -> r.from("direct:call-partner")
                .process(e -> {
                    if (!partnerIsThere.get()) {
                        throw new IllegalStateException("no answer");
                    }
                })
                .to("mock:call-partner"));
        ends("request-shipping", "archive", "index", "book", "post", "credit", "pick");
        context.getRegistry().bind("seen", MemoryIdempotentRepository.memoryIdempotentRepository());
        // before the routes begin, so that none of them comes after the time-out of a batch
        for (String payload : List.of("a", "b", " ")) {
            orders.add(NewEvent.of("order.placed", payload).withHeader("customer", "ann"));
        }
        context.addRoutes(new SinkSnippets());

        // auto: b failed five times; dead-letters: it is replayed; invoices gave up the one without content
        DeadLetter<String> failed = await()
                .until(
                        () -> orders.deadLetters().list(10),
                        letters -> letters.stream()
                                .anyMatch(letter -> letter.sink().equals("billing")))
                .stream()
                .filter(letter -> letter.sink().equals("billing"))
                .findFirst()
                .orElseThrow();
        assertThat(failed.deliveries()).isEqualTo(5);
        stocked.set(true);
        template.sendBody("direct:repaired", "?");
        awaitReceived("charge", 2 + 5 + 1);
        await().untilAsserted(() -> assertThat(orders.deadLetters().list(10))
                .singleElement()
                .satisfies(letter -> assertThat(letter.cause()).isEqualTo("an order without content")));

        for (Exchange each : awaitReceived("request-shipping", 3)) {
            assertThat(template.requestBodyAndHeader(
                            "direct:shipped",
                            "done",
                            PulseConstants.EVENT_ID,
                            each.getIn().getHeader(PulseConstants.EVENT_ID)))
                    .isEqualTo(1);
        }
        assertThat(awaitReceived("archive", 1).getFirst().getIn().getBody(List.class))
                .hasSize(3);
        assertThat(awaitReceived("index", 1).getFirst().getIn().getBody(List.class))
                .hasSize(3);
        assertThat(awaitReceived("book", 3).getFirst().getIn().getHeader(PulseConstants.FENCING_TOKEN, long.class))
                .isPositive();
        assertThat(awaitReceived("post", 3))
                .extracting(each -> each.getIn().getBody(String.class))
                .containsExactly("a", "b", " ");
        awaitReceived("credit", 3);
        SuspendableService partner = (SuspendableService) context.getRoutes().stream()
                .map(Route::getConsumer)
                .filter(consumer -> consumer.getEndpoint().getEndpointUri().endsWith("/partner"))
                .findFirst()
                .orElseThrow();
        await().until(partner::isSuspended);
        partnerIsThere.set(true);
        awaitReceived("call-partner", 3);
        template.sendBody("direct:next", "?");
        assertThat(awaitReceived("pick", 1).getFirst().getIn().getBody(String.class))
                .isEqualTo("a");
        awaitAcked(
                orders,
                "billing",
                "shipping",
                "invoices",
                "audit",
                "search",
                "accounts",
                "ledger",
                "points",
                "partner");
        assertThat(orders.figures().groups())
                .filteredOn(group -> group.sink().equals("picking"))
                .extracting(StreamFigures.Group::pending)
                .containsExactly(0L);
    }

    @PulseTest
    void yamlRoutesDoTheSame() throws Exception {
        EventStream<String> parcels = pulse.stream("parcels", Codecs.string());
        ends("ship", "archive", "index", "book", "pick");
        // before the routes begin, so that none of them comes after the time-out of a group
        for (String customer : List.of("ann", "bo", "cy")) {
            parcels.add(NewEvent.of("parcel.packed", "for " + customer).withHeader("customer", customer));
        }
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("classpath:routes/sinks.yaml"));
        awaitReceived("ship", 3);
        assertThat(awaitReceived("archive", 1).getFirst().getIn().getBody(List.class))
                .hasSize(3);
        assertThat(awaitReceived("index", 1).getFirst().getIn().getBody(List.class))
                .hasSize(3);
        assertThat(awaitReceived("book", 2))
                .extracting(each -> each.getIn().getHeader("customer"))
                .containsExactlyInAnyOrder("ann", "cy");
        awaitAcked(parcels, "shipping", "audit", "search", "accounts");
        assertThat(template.requestBody("direct:look", "?", Map.class))
                .containsEntry("streams", List.of("parcels"))
                .containsEntry("pending", 0L)
                .containsEntry("deadLetters", 0L);
        template.sendBody("direct:next", "?");
        assertThat(awaitReceived("pick", 1).getFirst().getIn().getBody(String.class))
                .isEqualTo("for ann");
    }
}
