package dev.pulse.wire;

import dev.pulse.PulseListener;
import java.time.Duration;

/** Refuses option values out of their range, naming the option, the bounds and the value. */
public final class Options {
    /** A listener that nobody set. */
    public static final PulseListener NOBODY = event -> {};

    private Options() {}

    public static void require(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", was " + value);
        }
    }

    public static void require(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", was " + value);
        }
    }
}
