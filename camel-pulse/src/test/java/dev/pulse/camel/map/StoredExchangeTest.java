package dev.pulse.camel.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoredExchangeTest {
    private final StoredExchange stored = new StoredExchange(Set.of("local"));
    private CamelContext context;

    @BeforeEach
    void start() {
        context = new DefaultCamelContext();
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private Exchange exchange(Object body) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getIn().setBody(body);
        return exchange;
    }

    private Object come(Object body) {
        return StoredExchange.of(context, stored.toBytes(exchange(body)))
                .getIn()
                .getBody();
    }

    @Test
    void valuesComeBackAsWhatTheyWere() {
        for (Object value : Arrays.asList(null, "text ö 😀", "", 1, 2L, 3.5, 4.5f, (short) 5, (byte) 6, true, false)) {
            assertThat(come(value)).isEqualTo(value);
        }
        assertThat(come(new byte[] {0, -1})).isEqualTo(new byte[] {0, -1});
        assertThat(come(Arrays.asList("a", null, List.of(1)))).isEqualTo(Arrays.asList("a", null, List.of(1)));
        assertThat(come(Map.of("k", Map.of("n", 1L)))).isEqualTo(Map.of("k", Map.of("n", 1L)));
        assertThat(come(new ByteArrayInputStream("stream".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("stream".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void idHeadersPropertiesAndVariablesComeAlong() {
        Exchange sent = exchange("x");
        sent.getIn().setHeader("header", 1);
        sent.getIn().setHeader("time", Instant.now());
        sent.setProperty("property", List.of("a"));
        sent.setProperty("local", "stays");
        sent.setProperty(Exchange.AGGREGATED_SIZE, 3);
        sent.setVariable("variable", true);
        Exchange come = StoredExchange.of(context, stored.toBytes(sent));
        assertThat(come.getExchangeId()).isEqualTo(sent.getExchangeId());
        assertThat(come.getIn().getHeaders()).containsOnlyKeys("header").containsEntry("header", 1);
        assertThat(come.getProperty("property")).isEqualTo(List.of("a"));
        assertThat(come.getProperty("local")).isNull();
        assertThat(come.getProperty(Exchange.AGGREGATED_SIZE)).isEqualTo(3);
        assertThat(come.getVariable("variable")).isEqualTo(true);
    }

    @Test
    void bodyThatCannotBeStoredIsRefused() {
        assertThatThrownBy(() -> stored.toBytes(exchange(List.of(Instant.EPOCH))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a body that is kept in a map is text");
        Exchange grouped = exchange("x");
        grouped.setProperty(Exchange.GROUPED_EXCHANGE, List.of(exchange("y")));
        assertThatThrownBy(() -> stored.toBytes(grouped)).hasMessageContaining("a group that is kept in a map is text");
    }

    @Test
    void whatIsCutShortIsRefused() {
        byte[] whole = stored.toBytes(exchange("x"));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> StoredExchange.of(context, cut)).isInstanceOf(RuntimeCamelException.class);
        }
    }

    @Test
    void groupComesBackAsItWas() {
        StoredGroup group = StoredGroup.EMPTY
                .with(new byte[] {1})
                .complete(new StoredGroup.Completed("id", "owner", new byte[] {2}))
                .with(new byte[] {3});
        StoredGroup come = StoredGroup.of(group.toBytes());
        assertThat(come.growing()).isEqualTo(new byte[] {3});
        assertThat(come.find("id")).hasValueSatisfying(completed -> {
            assertThat(completed.owner()).isEqualTo("owner");
            assertThat(completed.exchange()).isEqualTo(new byte[] {2});
        });
        assertThat(come.without("id").find("id")).isEmpty();
        byte[] later = group.toBytes();
        later[0] = 9;
        assertThatThrownBy(() -> StoredGroup.of(later)).hasMessageContaining("version 9");
    }
}
