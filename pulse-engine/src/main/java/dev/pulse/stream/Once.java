package dev.pulse.stream;

import java.time.Duration;

/**
 * What became of an event that was to be added once.
 *
 * @param id the event's, whoever added it
 * @param first whether this call added it. Best effort in one case: on a stream with a deadline, a call whose first reply
 *     was lost, and which Pulse therefore repeated, says false
 */
public record Once(EventId id, boolean first) {
    /** For how long a key is held when you have no better idea: 1 h. */
    public static final Duration DEFAULT_WINDOW = Duration.ofHours(1);
    /** The least window: 1 s. */
    public static final Duration SHORTEST_WINDOW = Duration.ofSeconds(1);
    /** The longest window: 7 days. */
    public static final Duration LONGEST_WINDOW = Duration.ofDays(7);
}
