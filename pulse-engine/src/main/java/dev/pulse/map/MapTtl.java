package dev.pulse.map;

import dev.pulse.wire.Options;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How long the content of a map lives in Redis. The time is set in the same step as the write that asks for it; when it is
 * over, all entries go together, and replicas notice within moments. A reset and a destroy end it.
 */
public sealed interface MapTtl {
    /** For ever. */
    enum None implements MapTtl {
        NONE
    }

    /**
     * A limited time.
     *
     * @param duration 1 ms to 36,500 days, in whole milliseconds
     * @param sliding whether each write makes the time start anew; else it starts with the first write that finds none
     */
    record Limited(Duration duration, boolean sliding) implements MapTtl {
        private static final Duration SHORTEST = Duration.ofMillis(1);
        private static final Duration LONGEST = Duration.ofDays(36_500);

        public Limited {
            Options.require("ttl", duration, SHORTEST, LONGEST);
            duration = duration.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /** For ever. */
    static MapTtl none() {
        return None.NONE;
    }

    /** For so long after the first write, 1 ms to 36,500 days; Go's {@code WithTTL}. */
    static MapTtl absolute(Duration duration) {
        return new Limited(duration, false);
    }

    /** For so long after the last write, 1 ms to 36,500 days; Go's {@code WithSlidingTTL}. */
    static MapTtl sliding(Duration duration) {
        return new Limited(duration, true);
    }
}
