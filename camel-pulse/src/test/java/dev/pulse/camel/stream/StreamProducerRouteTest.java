package dev.pulse.camel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.OnceConflictException;
import dev.pulse.StreamConfigException;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.StreamFigures;
import dev.pulse.testing.PulseTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.ExchangeBuilder;
import org.apache.camel.support.DefaultHeaderFilterStrategy;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

class StreamProducerRouteTest extends RoutesTest {
    private Exchange ask(String options, @Nullable Object body, Map<String, Object> headers) {
        return template.send("pulse-stream:" + stream + options, ExchangePattern.InOut, e -> {
            e.getIn().setBody(body);
            e.getIn().setHeaders(new HashMap<>(headers));
        });
    }

    private List<String> payloads() throws InterruptedException {
        return events().snapshot().stream().map(Event::payload).toList();
    }

    @PulseTest
    void listIsAddedAsABatchAndAnsweredByItsIds() throws Exception {
        Exchange asked = ask("?eventName=order.placed", List.of("a", "b", "c"), Map.of("customer", "ann"));
        assertThat(payloads()).containsExactly("a", "b", "c");
        List<String> ids =
                events().snapshot().stream().map(e -> e.id().toString()).toList();
        assertThat(asked.getMessage().getBody()).isEqualTo(ids);
        assertThat(asked.getMessage().getHeader(PulseConstants.EVENT_ID)).isEqualTo(ids);
        assertThat(events().snapshot()).allSatisfy(event -> {
            assertThat(event.name()).isEqualTo("order.placed");
            assertThat(event.headers()).containsEntry("customer", "ann");
        });
    }

    @PulseTest
    void iteratorOfAnyLengthIsAddedInOrder() throws Exception {
        template.sendBody(
                "pulse-stream:" + stream,
                IntStream.range(0, 2_500).mapToObj(Integer::toString).iterator());
        assertThat(payloads())
                .containsExactlyElementsOf(
                        IntStream.range(0, 2_500).mapToObj(Integer::toString).toList());
    }

    @PulseTest
    void exchangesAndMessagesOfABatchHaveTheirOwnHeadersAndNames() throws Exception {
        Exchange first = ExchangeBuilder.anExchange(context)
                .withBody("a")
                .withHeader("customer", "ann")
                .withHeader(PulseConstants.TOPIC, "eu")
                .build();
        var second = new DefaultMessage(context);
        second.setBody("b");
        second.setHeader(PulseConstants.EVENT_NAME, "order.changed");
        ask("?topic=us", List.of(first, second), Map.of("customer", "bob"));
        Event<String> a = events().snapshot().getFirst();
        Event<String> b = events().snapshot().getLast();
        assertThat(a.headers()).containsEntry("customer", "ann");
        assertThat(a.topic()).contains("eu");
        assertThat(b.name()).isEqualTo("order.changed");
        assertThat(b.topic()).contains("us");
        assertThat(b.headers()).isEmpty();
    }

    @PulseTest
    void listIsOneEventWhereItIsNotIterated() throws Exception {
        ask("?useIterator=false&codec=json", List.of(1, 2), Map.of());
        assertThat(payloads()).containsExactly("[1,2]");
    }

    @PulseTest
    void nullInABatchFailsTheExchangeAndAddsNothing() throws Exception {
        assertThat(ask("", Arrays.asList("a", null), Map.of()).getException())
                .hasMessageContaining("an element of a batch is null");
        assertThat(payloads()).isEmpty();
    }

    @PulseTest
    void eventIsAddedOncePerKey() throws Exception {
        String options = "?operation=addOnce&onceKey=RAW(${header.order})&onceWindow=1m";
        Exchange first = ask(options, "a", Map.of("order", "7"));
        Exchange again = ask(options, "a", Map.of("order", "7"));
        Exchange other = ask(options, "a", Map.of("order", "8"));
        Exchange byHeader = ask(options, "a", Map.of("order", "9", PulseConstants.KEY, "7"));
        assertThat(payloads()).hasSize(2);
        assertThat(first.getMessage().getHeader(PulseConstants.ADDED)).isEqualTo(true);
        assertThat(again.getMessage().getHeader(PulseConstants.ADDED)).isEqualTo(false);
        assertThat(again.getMessage().getBody()).isEqualTo(first.getMessage().getBody());
        assertThat(other.getMessage().getHeader(PulseConstants.ADDED)).isEqualTo(true);
        assertThat(byHeader.getMessage().getHeader(PulseConstants.EVENT_ID))
                .isEqualTo(first.getMessage().getHeader(PulseConstants.EVENT_ID));
        assertThat(byHeader.getMessage().getHeader(PulseConstants.KEY)).isNull();
        assertThat(ask(options, "b", Map.of("order", "7")).getException()).isInstanceOf(OnceConflictException.class);
    }

    @PulseTest
    void addOnceWithoutAKeyIsRefused() throws Exception {
        assertThat(ask("?operation=addOnce", "a", Map.of()).getException())
                .hasMessageContaining(
                        "operation addOnce needs a key, in the option onceKey or the header CamelPulseKey");
        assertThat(payloads()).isEmpty();
    }

    @PulseTest
    void eventIsAddedOnlyWhereThereIsAStream() throws Exception {
        Exchange absent = ask("?operation=addIfExists", "a", Map.of());
        assertThat(absent.getException()).isNull();
        assertThat(absent.getMessage().getHeader(PulseConstants.ADDED)).isEqualTo(false);
        assertThat(absent.getMessage().getBody()).isNull();
        add("a");
        Exchange there = ask("?operation=addIfExists", "b", Map.of());
        assertThat(there.getMessage().getHeader(PulseConstants.ADDED)).isEqualTo(true);
        assertThat(payloads()).containsExactly("a", "b");
    }

    @PulseTest
    void eventsAreRemovedByHeaderOrBody() throws Exception {
        List<EventId> ids = new ArrayList<>();
        for (String payload : List.of("a", "b", "c", "d")) {
            ids.add(events().add("order.placed", payload));
        }
        Exchange byHeader = ask(
                "?operation=remove",
                "a body",
                Map.of(PulseConstants.EVENT_ID, ids.getFirst().toString()));
        assertThat(byHeader.getMessage().getBody()).isEqualTo(1L);
        Exchange byBody =
                ask("?operation=remove", List.of(ids.get(1), ids.get(2).toString(), ids.get(0)), Map.of());
        assertThat(byBody.getMessage().getBody()).isEqualTo(2L);
        assertThat(payloads()).containsExactly("d");
        assertThat(ask("?operation=remove", null, Map.of()).getException())
                .hasMessageContaining("ids of events are in the header CamelPulseEventId or in the body");
    }

    @PulseTest
    void infoTellsTheFiguresAndSnapshotWhatIsRetained() throws Exception {
        template.sendBodyAndHeader("pulse-stream:" + stream + "?codec=json", Map.of("id", 1), "customer", "ann");
        StreamFigures figures =
                template.requestBody("pulse-stream:" + stream + "?operation=info", "?", StreamFigures.class);
        assertThat(figures.length()).isOne();
        List<?> retained =
                template.requestBody("pulse-stream:" + stream + "?operation=snapshot&codec=json", "?", List.class);
        assertThat(retained).singleElement().isInstanceOfSatisfying(Exchange.class, exchange -> {
            assertThat(exchange.getIn().getBody()).isEqualTo(Map.of("id", 1));
            assertThat(exchange.getIn().getHeaders()).containsEntry("customer", "ann");
        });
    }

    @PulseTest
    void operationOfTheMessageGoesFirst() throws Exception {
        add("a");
        Exchange asked = ask("", null, Map.of(PulseConstants.OPERATION, "info"));
        assertThat(asked.getMessage().getBody(StreamFigures.class).length()).isOne();
        assertThat(asked.getMessage().getHeader(PulseConstants.OPERATION)).isNull();
    }

    @PulseTest
    void destroyedStreamIsMadeAnewByTheNextEvent() throws Exception {
        template.sendBody("pulse-stream:" + stream, "a");
        template.sendBodyAndHeader("pulse-stream:" + stream, "?", PulseConstants.OPERATION, StreamOperation.DESTROY);
        template.sendBody("pulse-stream:" + stream, "b");
        assertThat(payloads()).containsExactly("b");
        assertThat(events().snapshot().getFirst().incarnation()).isEqualTo(2);
    }

    @PulseTest
    void streamRetainsWhatTheOptionsSay() throws Exception {
        template.sendBody("pulse-stream:" + stream + "?maxLength=2&slidingTtl=1h", List.of("a", "b", "c"));
        assertThat(payloads()).containsExactly("b", "c");
        assertThat(events().figures().maxLength()).isEqualTo(2);
        try (var jedis = jedis()) {
            assertThat(jedis.pttl("pulse:stream:" + stream)).isPositive();
        }
        Exchange contradicting = template.send(
                "pulse-stream:" + stream + "?unbounded=true", e -> e.getIn().setBody("d"));
        assertThat(contradicting.getException()).isInstanceOf(StreamConfigException.class);
    }

    @PulseTest
    void retentionChangesForEverybody() throws Exception {
        template.sendBody("pulse-stream:" + stream + "?maxLength=5", List.of("a", "b", "c"));
        Exchange changed = ask("?operation=changeRetention&maxLength=2&slidingTtl=1h", "x", Map.of());
        assertThat(changed.getException()).isNull();
        assertThat(changed.getMessage().getBody()).isEqualTo("x");
        assertThat(payloads()).containsExactly("b", "c");
        try (var jedis = jedis()) {
            assertThat(jedis.pttl("pulse:stream:" + stream)).isPositive();
        }
        ask("?unbounded=true", null, Map.of(PulseConstants.OPERATION, "changeRetention"));
        assertThat(events().figures().maxLength()).isZero();
        assertThat(ask("", "x", Map.of(PulseConstants.OPERATION, "changeRetention"))
                        .getException())
                .hasMessageContaining("operation changeRetention needs an option that says what to retain");
    }

    @PulseTest
    void streamEndsAtItsDeadline() throws Exception {
        template.sendBody(
                "pulse-stream:" + stream + "?deadline=2999-01-01T00:00:00%2B01:00&approximateTrimming=true", "a");
        try (var jedis = jedis()) {
            assertThat(jedis.pttl("pulse:stream:" + stream)).isGreaterThan(1_000_000_000L);
        }
    }

    @PulseTest
    void oneProducerServesAllNamesOfADynamicRoute() throws Exception {
        route(r -> r.from("direct:in").toD("pulse-stream:${header.to}?eventName=order.placed&codec=string"));
        template.sendBodyAndHeader("direct:in", "a", "to", stream);
        template.sendBodyAndHeader("direct:in", "b", "to", stream + "-b");
        template.sendBodyAndHeader("direct:in", "c", "to", stream + "/c");
        assertThat(payloads()).containsExactly("a");
        assertThat(pulse.stream(stream + "-b").snapshot()).singleElement().satisfies(event -> {
            assertThat(event.name()).isEqualTo("order.placed");
            assertThat(event.payload()).isEqualTo("b".getBytes(StandardCharsets.UTF_8));
        });
        assertThat(pulse.stream(stream + "/c").snapshot()).hasSize(1);
        assertThat(context.getEndpoints().stream().filter(PulseStreamEndpoint.class::isInstance))
                .singleElement()
                .hasToString("pulse-stream://dynamic?codec=string&eventName=order.placed");
    }

    @PulseTest
    void dynamicRouteWithAFixedNameKeepsIt() throws Exception {
        route(r -> r.from("direct:in").toD("pulse-stream:" + stream + "?topic=${header.country}"));
        template.sendBodyAndHeader("direct:in", "a", "country", "se");
        assertThat(events().snapshot().getFirst().topic()).contains("se");
    }

    @PulseTest
    void traceHeadersPass() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?startAt=oldest").to("mock:end"));
        ask(
                "",
                "a",
                Map.of("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate", "a=b"));
        awaitBodies("a");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeaders())
                .containsEntry("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .containsEntry("tracestate", "a=b");
    }

    @PulseTest
    void lazyProducerFailsTheExchangeAndNotTheStart() throws Exception {
        route(r ->
                r.from("direct:in").to("pulse-stream:" + stream + "?lazyStartProducer=true&uri=redis://localhost:1"));
        assertThat(template.send("direct:in", e -> e.getIn().setBody("a")).getException())
                .hasMessageContaining("localhost:1");
    }

    @PulseTest
    void headerFilterStrategySaysWhichHeadersTravelEitherWay() throws Exception {
        DefaultHeaderFilterStrategy strategy = new DefaultHeaderFilterStrategy();
        strategy.getOutFilter().add("secret");
        strategy.getInFilter().add("internal");
        context.getRegistry().bind("mine", strategy);
        route(r -> r.from("pulse-stream:" + stream + "?startAt=oldest&headerFilterStrategy=#mine")
                .to("mock:end"));
        ask("?headerFilterStrategy=#mine", "a", Map.of("secret", "x", "internal", "y", "CamelMine", "z"));
        awaitBodies("a");
        assertThat(events().snapshot().getFirst().headers())
                .containsEntry("internal", "y")
                .containsEntry("CamelMine", "z")
                .doesNotContainKey("secret");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeaders())
                .containsEntry("CamelMine", "z")
                .doesNotContainKey("internal");
    }

    @PulseTest
    void streamEndsItsTtlAfterTheFirstEvent() throws Exception {
        template.sendBody("pulse-stream:" + stream + "?ttl=1h", "a");
        try (var jedis = jedis()) {
            assertThat(jedis.pttl("pulse:stream:" + stream)).isBetween(1L, 3_600_000L);
        }
    }
}
