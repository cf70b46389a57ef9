package dev.pulse.task;

import java.time.Duration;

/** Of two durations one. */
public final class Durations {
    private Durations() {}

    public static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
