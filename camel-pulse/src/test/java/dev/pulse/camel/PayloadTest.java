package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.stream.Codec;
import dev.pulse.testing.PulseTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;

class PayloadTest extends RoutesTest {
    /** What the JSON routes read. */
    public record Order(String id, int count) {}

    private static final class Reversing implements Codec<String> {
        @Override
        public byte[] encode(String payload) {
            return new StringBuilder(payload).reverse().toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            return new StringBuilder(new String(bytes, StandardCharsets.UTF_8))
                    .reverse()
                    .toString();
        }
    }

    private Object received() {
        await().until(() -> mock().getReceivedCounter() == 1);
        return mock().getReceivedExchanges().getFirst().getIn().getBody();
    }

    @PulseTest
    void bytesAreTheDefault() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        template.sendBody("pulse-stream:" + stream, "ä");
        assertThat(received()).isEqualTo("ä".getBytes(StandardCharsets.UTF_8));
    }

    @PulseTest
    void stringIsText() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=string").to("mock:end"));
        template.sendBody("pulse-stream:" + stream + "?codec=string", "ä");
        assertThat(received()).isEqualTo("ä");
    }

    @PulseTest
    void jsonIsReadAsAMapUnlessATypeIsGiven() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=json").to("mock:end"));
        template.sendBody("pulse-stream:" + stream + "?codec=json", new Order("o1", 3));
        assertThat(received()).isEqualTo(Map.of("id", "o1", "count", 3));
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeader(Exchange.CONTENT_TYPE))
                .isEqualTo("application/json");
    }

    @PulseTest
    void jsonIsReadAsThePayloadType() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=json&payloadType=" + Order.class.getName())
                .to("mock:end"));
        template.sendBody("pulse-stream:" + stream + "?codec=json", Map.of("id", "o1", "count", 3));
        assertThat(received()).isEqualTo(new Order("o1", 3));
    }

    @PulseTest
    void jsonTextTravelsAsItIs() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=string").to("mock:end"));
        template.sendBody("pulse-stream:" + stream + "?codec=json", "{\"id\": 1}");
        assertThat(received()).isEqualTo("{\"id\": 1}");
    }

    @PulseTest
    void textThatIsNoJsonIsRefusedByTheProducer() {
        Exchange failed = template.send(
                "pulse-stream:" + stream + "?codec=json", e -> e.getIn().setBody("no json"));
        assertThat(failed.getException()).hasMessageContaining("Unrecognized token");
    }

    @PulseTest
    void codecOfTheRegistryIsUsed() throws Exception {
        context.getRegistry().bind("reversing", new Reversing());
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=#reversing").to("mock:end"));
        route(r -> r.from("pulse-stream:" + stream).to("mock:raw"));
        template.sendBody("pulse-stream:" + stream + "?codec=#reversing", "abc");
        assertThat(received()).isEqualTo("abc");
        await().until(() -> getMockEndpoint("mock:raw").getReceivedCounter() == 1);
        assertThat(getMockEndpoint("mock:raw")
                        .getReceivedExchanges()
                        .getFirst()
                        .getIn()
                        .getBody(String.class))
                .isEqualTo("cba");
    }

    @PulseTest
    void payloadThatCannotBeDecodedGoesToTheErrorHandlerAndIsNotLost() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=json&bridgeErrorHandler=true&backoff=1h&maxBackoff=1h")
                .onException(Exception.class)
                .handled(true)
                .to("mock:bad")
                .end()
                .to("mock:end"));
        add("no json");
        await().until(() -> getMockEndpoint("mock:bad").getReceivedCounter() == 1);
        assertThat(pending("mails")).isOne();
        assertThat(mock().getReceivedCounter()).isZero();
    }

    @PulseTest
    void readerPassesOverAPayloadThatCannotBeDecoded() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?codec=json").to("mock:end"));
        add("no json", "{\"id\":1}");
        assertThat(received()).isEqualTo(Map.of("id", 1));
    }
}
