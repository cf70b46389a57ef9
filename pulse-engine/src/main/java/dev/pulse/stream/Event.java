package dev.pulse.stream;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An event as it was read from its stream.
 *
 * @param id its place in the stream
 * @param stream the name of the stream
 * @param incarnation which life of the stream it belongs to, from 1; Go's "generation"
 * @param name what happened, such as {@code user.created}
 * @param topic what readers and sinks can filter by; empty when it has none
 * @param payload the content, decoded by the stream's {@link Codec}
 * @param headers in the order they were added; never changes. {@code content-type} is the codec's
 * @param time when it was added, by Redis' clock
 */
public record Event<T>(
        EventId id,
        String stream,
        long incarnation,
        String name,
        Optional<String> topic,
        T payload,
        Map<String, String> headers,
        Instant time) {}
