package dev.pulse.camel.pool;

import dev.pulse.camel.PayloadCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/** Bodies as the payloads of jobs, of what is sent to them and of answers. A message without a body has an empty one. */
record JobPayloads(PayloadCodec codec) {
    private static final byte[] NONE = {};
    /** Those of W3C Trace Context. */
    private static final List<String> TRACE = List.of("traceparent", "tracestate");

    /** Throws when there is no way to make a payload of it. */
    byte[] encode(Exchange exchange, @Nullable Object body) throws Exception {
        return body == null ? NONE : codec.encode(exchange, body);
    }

    /** As the payload of a job. */
    byte[] payload(Exchange exchange, @Nullable Object body) throws Exception {
        return new JobEnvelope(Map.of(), encode(exchange, body)).toBytes();
    }

    /** The body of the message as a payload, together with the trace that the message belongs to, if any. */
    byte[] payloadWithTrace(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        Map<String, String> trace = new LinkedHashMap<>();
        for (String name : TRACE) {
            String value = message.getHeader(name, String.class);
            if (value != null) {
                trace.put(name, value);
            }
        }
        return new JobEnvelope(trace, encode(exchange, message.getBody())).toBytes();
    }

    /**
     * Fills the message with what was sent; {@code what} says whose it is.
     *
     * @throws RuntimeCamelException when it cannot be read; the body is what was sent then
     */
    void fill(Message message, String what, byte[] sent) {
        message.setBody(sent);
        JobEnvelope envelope = JobEnvelope.of(sent);
        TRACE.forEach(name -> {
            String value = envelope.headers().get(name);
            if (value != null) {
                message.setHeader(name, value);
            }
        });
        message.setBody(decode(what, envelope.payload()));
    }

    /** What an exchange answers: nothing when it is not asked to. Throws why it failed. */
    byte[] answer(Exchange ended, @Nullable Exception failure) throws Exception {
        if (failure != null) {
            throw failure;
        }
        if (!ended.getPattern().isOutCapable()) {
            return NONE;
        }
        try {
            return encode(ended, ended.getMessage().getBody());
        } catch (Exception e) {
            throw new RuntimeCamelException("answer cannot be encoded: " + e.getMessage(), e);
        }
    }

    /** Throws when the codec cannot read it; {@code what} says whose it is. */
    @Nullable
    Object decode(String what, byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        try {
            return codec.decode(payload);
        } catch (Exception e) {
            throw new RuntimeCamelException("payload of " + what + " cannot be decoded: " + e.getMessage(), e);
        }
    }
}
