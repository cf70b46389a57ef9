package dev.pulse.pool.internal.timed;

import java.time.Duration;

/**
 * The clock of Redis as its replies tell it, and the local one goes on. A reply takes its time, so it is behind by as much;
 * what is least behind is kept for a while. Thread-safe.
 */
final class RedisClock {
    /** The two clocks drift apart by less than 10 ms meanwhile. */
    private static final long KEPT = Duration.ofMinutes(1).toNanos();

    /** Another difference than that comes from a clock that was put forward or back. */
    private static final long MOST_BEHIND_MICROS = 1_000_000;

    private volatile Told told = new Told(0, System.nanoTime());

    private record Told(long micros, long at) {
        long micros(long now) {
            return micros + (now - at) / 1_000;
        }
    }

    /** It was this, just before now, in µs since 1970. */
    void told(long micros) {
        long now = System.nanoTime();
        long ahead = told.micros(now) - micros;
        if (ahead < 0 || ahead > MOST_BEHIND_MICROS || now - told.at > KEPT) {
            corrected(micros);
        }
    }

    /** It is this, whatever was told before. */
    void corrected(long micros) {
        told = new Told(micros, System.nanoTime());
    }

    /** Whether it was told at all. */
    boolean isKnown() {
        return told.micros > 0;
    }

    /** In ms since 1970. */
    long millis() {
        return told.micros(System.nanoTime()) / 1_000;
    }

    /** How long until it is that time, in ms since 1970; negative when that is past. */
    Duration until(long millis) {
        return Duration.ofNanos((millis * 1_000 - told.micros(System.nanoTime())) * 1_000);
    }
}
