package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.camel.RuntimeCamelException;
import org.junit.jupiter.api.Test;

class JobEnvelopeTest {
    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.UTF_8);

    @Test
    void payloadWithoutHeadersTravelsAsItIs() {
        assertThat(new JobEnvelope(Map.of(), PAYLOAD).toBytes()).isSameAs(PAYLOAD);
        assertThat(JobEnvelope.of(PAYLOAD).payload()).isSameAs(PAYLOAD);
        assertThat(JobEnvelope.of(new byte[0]).payload()).isEmpty();
    }

    @Test
    void headersAndPayloadComeAsTheyWereSent() {
        Map<String, String> headers = Map.of("traceparent", "00-a-b-01", "tracestate", "ö=1");
        JobEnvelope come = JobEnvelope.of(new JobEnvelope(headers, PAYLOAD).toBytes());
        assertThat(come.headers()).isEqualTo(headers);
        assertThat(come.payload()).isEqualTo(PAYLOAD);
    }

    @Test
    void payloadThatLooksLikeAnEnvelopeComesAsItWasSent() {
        byte[] nested = new JobEnvelope(Map.of("a", "b"), PAYLOAD).toBytes();
        assertThat(JobEnvelope.of(new JobEnvelope(Map.of(), nested).toBytes()).payload())
                .isEqualTo(nested);
    }

    @Test
    void envelopesThatAreCutShortOrOfAnotherVersionAreRefused() {
        byte[] whole = new JobEnvelope(Map.of("a", "b"), new byte[0]).toBytes();
        for (int length = 6; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> JobEnvelope.of(cut))
                    .isInstanceOf(RuntimeCamelException.class)
                    .hasMessageContaining("cut short");
        }
        byte[] later = whole.clone();
        later[6] = 2;
        assertThatThrownBy(() -> JobEnvelope.of(later)).hasMessageContaining("version 2");
    }
}
