package dev.pulse.camel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.Event;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.PulseTest;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;

class StreamRouteTest extends RoutesTest {
    private record Plain(String text) implements Serializable {}

    private Event<byte[]> first() throws InterruptedException {
        try (var reader = pulse.stream(stream)
                .reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())) {
            return reader.poll(1, Duration.ofSeconds(5)).getFirst();
        }
    }

    private Exchange send(String options, Object body, Map<String, Object> headers) {
        return template.send("pulse-stream:" + stream + options, e -> {
            e.getIn().setBody(body);
            e.getIn().setHeaders(new HashMap<>(headers));
        });
    }

    @PulseTest
    void readerGetsEveryEventInOrder() throws Exception {
        add("a");
        route(r ->
                r.from("pulse-stream:" + stream + "?startAt=oldest&batchSize=2").to("mock:end"));
        add("b", "c", "d");
        awaitBodies("a", "b", "c", "d");
    }

    @PulseTest
    void readerBeginsWithWhatIsNewUnlessToldOtherwise() throws Exception {
        add("a");
        route(r -> r.from("pulse-stream:" + stream).to("mock:end"));
        add("b");
        awaitBodies("b");
    }

    @PulseTest
    void readerBeginsAtATime() throws Exception {
        add("a");
        Instant later = Instant.now().plusSeconds(3_600);
        route(r -> r.from("pulse-stream:" + stream + "?startAt=2020-01-01T00:00:00+01:00")
                .to("mock:end"));
        route(r -> r.from("pulse-stream:" + stream + "?startAt=" + later).to("mock:later"));
        awaitBodies("a");
        assertThat(getMockEndpoint("mock:later").getReceivedCounter()).isZero();
    }

    @PulseTest
    void readerGoesOnAfterAFailedExchange() throws Exception {
        route(r -> r.from("pulse-stream:" + stream).to("mock:end").process(e -> {
            throw new IllegalStateException("always");
        }));
        add("a", "b");
        awaitBodies("a", "b");
    }

    @PulseTest
    void idOfTheEventIsInAHeaderAndForWhoAskedAlsoTheBody() throws Exception {
        Exchange told = send("", "a", Map.of());
        assertThat(told.getMessage().getBody()).isEqualTo("a");
        String id = told.getMessage().getHeader(PulseConstants.EVENT_ID, String.class);
        assertThat(first().id()).hasToString(id);
        String answer = template.requestBody("pulse-stream:" + stream, "b", String.class);
        assertThat(answer).matches("\\d+-\\d+").isGreaterThan(id);
    }

    @PulseTest
    void nameAndTopicComeFromTheOptions() throws Exception {
        send("?eventName=order.placed&topic=eu", "a", Map.of());
        assertThat(first().name()).isEqualTo("order.placed");
        assertThat(first().topic()).contains("eu");
    }

    @PulseTest
    void headersOfAMessageOverrideNameTopicAndStream() throws Exception {
        Exchange sent = template.send("pulse-stream:elsewhere?eventName=order.placed&topic=eu", e -> {
            e.getIn().setBody("a");
            e.getIn().setHeader(PulseConstants.EVENT_NAME, "order.changed");
            e.getIn().setHeader(PulseConstants.TOPIC, "us");
            e.getIn().setHeader(PulseConstants.OVERRIDE_STREAM, stream);
        });
        assertThat(first().name()).isEqualTo("order.changed");
        assertThat(first().topic()).contains("us");
        assertThat(sent.getMessage().getHeader(PulseConstants.OVERRIDE_STREAM)).isNull();
    }

    @PulseTest
    void textNumbersAndBooleansTravelAsHeadersAndNothingElseDoes() throws Exception {
        route(r -> r.from("pulse-stream:" + stream).to("mock:end"));
        send(
                "",
                "a",
                Map.of(
                        "customer",
                        "Åsa",
                        "amount",
                        12.5,
                        "express",
                        true,
                        "items",
                        List.of("x"),
                        "CamelInternal",
                        "no",
                        "camelToo",
                        "no"));
        awaitBodies("a");
        assertThat(first().headers())
                .containsOnly(Map.entry("customer", "Åsa"), Map.entry("amount", "12.5"), Map.entry("express", "true"));
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeaders())
                .containsEntry("customer", "Åsa")
                .containsEntry("amount", "12.5")
                .containsEntry("express", "true")
                .doesNotContainKeys("items", "CamelInternal", "camelToo");
    }

    @PulseTest
    void headersOfAnEventThatBeginWithCamelStayOutside() throws Exception {
        route(r -> r.from("pulse-stream:" + stream).to("mock:end"));
        events().add(NewEvent.of("order.placed", "a")
                .withHeader("CamelFileName", "/etc/passwd")
                .withHeader("customer", "b"));
        awaitBodies("a");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeaders())
                .containsEntry("customer", "b")
                .doesNotContainKey("CamelFileName");
    }

    @PulseTest
    void bodiesAreNeverSerialisedByJava() {
        assertThat(send("", new Plain("a"), Map.of()).getException()).isInstanceOf(InvalidPayloadException.class);
    }

    @PulseTest
    void wrongNameInAHeaderFailsTheExchangeAndSaysWhatIsWrong() {
        Exchange failed = send("", "a", Map.of(PulseConstants.OVERRIDE_STREAM, "a b"));
        assertThat(failed.getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stream name has none of space");
    }
}
