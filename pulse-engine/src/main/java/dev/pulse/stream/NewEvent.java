package dev.pulse.stream;

import dev.pulse.wire.Names;
import dev.pulse.wire.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An event to be added. Never changes, unless its payload does.
 *
 * @param name what happened: 1 to 512 characters
 * @param topic what readers and sinks can filter by: 1 to 512 characters
 * @param payload the content, encoded by the stream's {@link Codec}
 * @param headers at most 1,000, with names of 1 to 256 bytes; together with their values at most 64 KiB, unless
 *     {@link dev.pulse.Pulse.Builder#maxHeaderBytes} says otherwise. The order is kept
 */
public record NewEvent<T>(String name, Optional<String> topic, T payload, Map<String, String> headers) {
    private static final int HEADER_NAME_BYTES = 256;

    private static final int MOST_BYTES_OF_A_CHAR = 3;
    /** What a script of Redis can still hand on to one command. */
    private static final int HEADERS = 1_000;

    /** Throws {@link IllegalArgumentException} when a part is out of its range. */
    public NewEvent {
        Names.requireEventName(name);
        topic.ifPresent(Names::requireTopic);
        Objects.requireNonNull(payload, "payload");
        headers = headers.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        requireHeaders(headers);
    }

    /**
     * An event without topic and headers.
     *
     * @throws IllegalArgumentException when the name is not 1 to 512 characters
     */
    public static <T> NewEvent<T> of(String name, T payload) {
        return new NewEvent<>(name, Optional.empty(), payload, Map.of());
    }

    /**
     * The same with this topic.
     *
     * @throws IllegalArgumentException when it is not 1 to 512 characters
     */
    public NewEvent<T> withTopic(String newTopic) {
        return new NewEvent<>(name, Optional.of(newTopic), payload, headers);
    }

    /**
     * The same with this header added or replaced.
     *
     * @throws IllegalArgumentException when its name is not 1 to 256 bytes in UTF-8, or it is the 1,001st
     */
    public NewEvent<T> withHeader(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new NewEvent<>(name, topic, payload, more);
    }

    private static void requireHeaders(Map<String, String> headers) {
        if (headers.size() > HEADERS) {
            throw new IllegalArgumentException("an event has at most " + HEADERS + " headers, had " + headers.size());
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            requireHeaderName(header.getKey());
            Utf8.requireEncodable(() -> "header \"" + header.getKey() + "\"", header.getValue());
        }
    }

    private static void requireHeaderName(String header) {
        Utf8.requireEncodable("header name", header);
        // most names are short enough whatever their characters: only others are counted
        if (header.isEmpty() || header.length() > HEADER_NAME_BYTES / MOST_BYTES_OF_A_CHAR) {
            int bytes = header.getBytes(StandardCharsets.UTF_8).length;
            if (bytes < 1 || bytes > HEADER_NAME_BYTES) {
                throw new IllegalArgumentException(
                        "header name has 1 to " + HEADER_NAME_BYTES + " bytes, \"" + header + "\" has " + bytes);
            }
        }
    }
}
