package dev.pulse.stream.internal;

import java.time.Duration;

/** The bounds that polling a reader and a sink share. */
final class Polls {
    private static final Duration LONGEST = Duration.ofHours(24);

    private Polls() {}

    static void require(int max, Duration wait) {
        requireMax(max);
        if (wait.isNegative() || wait.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("wait is PT0S to " + LONGEST + ", was " + wait);
        }
    }

    static void requireMax(int max) {
        if (max < 1 || max > 10_000) {
            throw new IllegalArgumentException("max is 1 to 10000, was " + max);
        }
    }

    /** What is left until the deadline, by {@link System#nanoTime}; zero when it has passed. */
    static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
