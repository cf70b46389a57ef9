package dev.pulse.task;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Waits that double from a first to a longest one, each jittered to between half of it and the whole. Used by one thread.
 */
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private int failures;

    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
    }

    /** That of the engine's loops: 50 ms doubling to 1 s. */
    static Backoff ofLoop() {
        return new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));
    }

    /** How long to wait after one more failure. */
    public Duration next() {
        failures++;
        return afterFailure(failures, first, longest);
    }

    /** Begins anew, after a success. */
    public void reset() {
        failures = 0;
    }

    /**
     * How long to wait after the given failure.
     *
     * @param failure from 1
     */
    public static Duration afterFailure(int failure, Duration first, Duration longest) {
        long most = longest.toNanos();
        int doublings = Math.min(failure - 1, 62);
        long wait = first.toNanos() > most >> doublings ? most : first.toNanos() << doublings;
        return Duration.ofNanos(wait / 2 + ThreadLocalRandom.current().nextLong(wait / 2 + 1));
    }
}
