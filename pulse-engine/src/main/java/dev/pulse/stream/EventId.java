package dev.pulse.stream;

import java.time.Instant;

/**
 * The place of an event in its stream: Redis' stream id, {@code <milliseconds>-<sequence>}. Ordered as Redis orders
 * them; both parts are unsigned 64-bit numbers.
 *
 * @param millis Redis time when the event was added, in milliseconds since 1970
 * @param sequence tells apart what was added in one millisecond
 */
public record EventId(long millis, long sequence) implements Comparable<EventId> {
    /** Before every event. */
    public static final EventId ZERO = new EventId(0, 0);

    /**
     * Reads what {@link #toString} writes, as {@code "1700000000000-3"}, or {@code "1700000000000"} for sequence 0.
     *
     * @throws IllegalArgumentException when it is no such id
     */
    public static EventId parse(String text) {
        int dash = text.indexOf('-');
        try {
            return dash < 0
                    ? new EventId(Long.parseUnsignedLong(text), 0)
                    : new EventId(
                            Long.parseUnsignedLong(text, 0, dash, 10),
                            Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("event id is <milliseconds>-<sequence>, was \"" + text + "\"", e);
        }
    }

    /** When the event was added, by Redis' clock. */
    public Instant time() {
        return Instant.ofEpochMilli(millis);
    }

    /** In the order of the stream. */
    @Override
    public int compareTo(EventId other) {
        int byTime = Long.compareUnsigned(millis, other.millis);
        return byTime != 0 ? byTime : Long.compareUnsigned(sequence, other.sequence);
    }

    /** As Redis writes it, {@code 1700000000000-3}; for {@link #parse}. */
    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + '-' + Long.toUnsignedString(sequence);
    }
}
