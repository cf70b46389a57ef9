package dev.pulse.stream;

import java.util.Optional;

/**
 * Turns payloads into bytes and back. Called from many threads at once, those that add and those that read, so it is to be
 * thread-safe and should not block. {@link Codecs} has the usual ones.
 */
public interface Codec<T> {
    /**
     * The payload as bytes, which nobody changes afterwards.
     *
     * @throws Exception when it cannot be encoded; the caller of {@code add} gets it as the cause of an
     *     {@link IllegalArgumentException}, and nothing is added
     */
    byte[] encode(T payload) throws Exception;

    /**
     * The payload from bytes, which the codec may keep but must not change; never null.
     *
     * @throws Exception when the bytes are no such payload: in a sink the event becomes a dead letter with this cause, a
     *     reader passes it over and reports it
     */
    T decode(byte[] bytes) throws Exception;

    /**
     * The payload of an event of this name as bytes: {@link #encode(Object)}, unless the name decides what it may be.
     *
     * @throws Exception when it cannot be encoded, as above
     */
    default byte[] encode(String eventName, T payload) throws Exception {
        return encode(payload);
    }

    /**
     * The payload of an event of this name: {@link #decode(byte[])}, unless the name decides what it is.
     *
     * @throws Exception when the bytes are no such payload
     */
    default T decode(String eventName, byte[] bytes) throws Exception {
        return decode(bytes);
    }

    /** What travels as header {@code content-type} with each event; empty for none. */
    default Optional<String> contentType() {
        return Optional.empty();
    }
}
