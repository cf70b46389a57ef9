package dev.pulse.camel;

import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;

/**
 * Turns message bodies into payloads and back. The engine only sees bytes: a payload that cannot be decoded is then an
 * exchange that fails, which a route can handle, and not an entry that the engine passes over.
 *
 * @param codec what it is done with
 * @param bodyType what a body is converted to first, by Camel's type converters
 */
public record PayloadCodec(Codec<Object> codec, Class<?> bodyType) {
    /**
     * The one that an endpoint's options describe.
     *
     * @throws IllegalArgumentException when there is no such codec or class
     */
    static PayloadCodec of(CamelContext context, Object codec, String payloadType) {
        if (codec instanceof Codec<?> bean) {
            return new PayloadCodec(untyped(bean), Object.class);
        }
        return switch (codec.toString()) {
            case "bytes" -> new PayloadCodec(untyped(Codecs.bytes()), byte[].class);
            case "string" -> new PayloadCodec(untyped(Codecs.string()), String.class);
            case "json" -> new PayloadCodec(new JsonPayload(payloadClass(context, payloadType)), Object.class);
            default ->
                throw new IllegalArgumentException("codec is bytes, string, json or a reference to a"
                        + " dev.pulse.stream.Codec, was \"" + codec + "\"");
        };
    }

    private static Class<?> payloadClass(CamelContext context, String name) {
        try {
            return context.getClassResolver().resolveMandatoryClass(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("payloadType is the name of a class, was \"" + name + "\"", e);
        }
    }

    /** A wrong body then fails with a ClassCastException in the codec, like a body that it cannot encode. */
    @SuppressWarnings("unchecked")
    private static Codec<Object> untyped(Codec<?> codec) {
        return (Codec<Object>) codec;
    }

    /** The body of this message as a payload. */
    byte[] encode(Message message) throws Exception {
        return codec.encode(message.getMandatoryBody(bodyType));
    }

    /**
     * Something else than the body as a payload.
     *
     * @throws Exception when there is no way to make one of it
     */
    public byte[] encode(Exchange exchange, Object value) throws Exception {
        return codec.encode(exchange.getContext().getTypeConverter().mandatoryConvertTo(bodyType, exchange, value));
    }

    /** The payload as a body. */
    public Object decode(byte[] payload) throws Exception {
        return codec.decode(payload);
    }

    Optional<String> contentType() {
        return codec.contentType();
    }

    /** The text of a failed conversion, for exchanges that begin with one. */
    static RuntimeCamelException undecodable(String event, Exception cause) {
        return new RuntimeCamelException(
                "payload of event " + event + " cannot be decoded: " + cause.getMessage(), cause);
    }
}
