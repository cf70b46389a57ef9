package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import dev.pulse.pool.internal.timed.CronTimes;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;

/** When something is due, again and again, by the clock of Redis. */
public sealed interface Timetable {
    /**
     * Due once per period, the first time one period after it was registered.
     *
     * @param period 100 ms to 365 days, in whole milliseconds
     */
    record Every(Duration period) implements Timetable {
        private static final Duration SHORTEST = Duration.ofMillis(100);
        private static final Duration LONGEST = Duration.ofDays(365);

        /** Throws {@link IllegalArgumentException} when the period is out of its range. */
        public Every {
            require("period", period, SHORTEST, LONGEST);
            if (period.getNano() % 1_000_000 != 0) {
                throw new IllegalArgumentException("period is a whole number of milliseconds, was " + period);
            }
        }
    }

    /**
     * Due whenever the clock on a wall shows such a time. When that clock is put forward, a time that it leaves out is due at
     * that moment, unless the expression is due in every hour anyway. When it is put back, an expression that names one time in
     * the hour that comes twice is due at the first of the two; one that names several is due at all of them.
     *
     * @param expression with five fields as Unix has it (minute, hour, day of month, month, day of week: 0 and 7 are Sunday);
     *     with six or seven as Quartz has it (seconds before these, {@code ?} in one of the days, 1 is Sunday, and perhaps
     *     years after them)
     * @param zone where the clock hangs
     */
    record Cron(String expression, ZoneId zone) implements Timetable {
        /**
         * Throws {@link IllegalArgumentException} when the expression is none, and {@link IllegalStateException} when the
         * library {@code com.cronutils:cron-utils} is not there, which Pulse needs for it and does not bring along.
         */
        public Cron {
            Objects.requireNonNull(expression, "expression");
            Objects.requireNonNull(zone, "zone");
            CronTimes.check(expression);
        }
    }

    /** Due once per period: 100 ms to 365 days. */
    static Timetable every(Duration period) {
        return new Every(period);
    }

    /** Due whenever a clock in this zone shows what the expression says, in the dialect of Unix or Quartz. */
    static Timetable cron(String expression, ZoneId zone) {
        return new Cron(expression, zone);
    }
}
