package dev.pulse.camel.pool;

import dev.pulse.camel.PayloadCodec;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/** Bodies as the payloads of jobs, of what is sent to them and of answers. A message without a body has an empty one. */
record JobPayloads(PayloadCodec codec) {
    private static final byte[] NONE = {};

    /** Throws when there is no way to make a payload of it. */
    byte[] encode(Exchange exchange, Message message) throws Exception {
        Object body = message.getBody();
        return body == null ? NONE : codec.encode(exchange, body);
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
