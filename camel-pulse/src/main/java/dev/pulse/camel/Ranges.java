package dev.pulse.camel;

import java.time.Duration;

/** Refuses values of options that are out of their range, naming the option, the bounds and the value. */
public final class Ranges {
    private Ranges() {}

    /** For a number. */
    public static void require(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " is " + least + " to " + most + ", was " + value);
        }
    }

    /** For a time in milliseconds, as Camel gives it. */
    public static void require(String option, long millis, Duration least, Duration most) {
        if (millis < least.toMillis() || millis > most.toMillis()) {
            throw new IllegalArgumentException(
                    option + " is " + least + " to " + most + ", was " + Duration.ofMillis(millis));
        }
    }
}
