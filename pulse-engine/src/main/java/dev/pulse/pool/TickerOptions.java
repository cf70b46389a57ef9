package dev.pulse.pool;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;

/**
 * When a ticker fires.
 *
 * @param timetable when it is due
 * @param missed what becomes of due times at which nobody could fire it; default {@link Missed#ONE}
 */
public record TickerOptions(Timetable timetable, Missed missed) {
    /**
     * What becomes of due times that went by while no node listened, Redis was away, or all handlers were busy. The count of
     * those that nobody fired is told by the next {@link Firing}.
     */
    public enum Missed {
        /** The ticker fires once, at once, for the last of them. */
        ONE,
        /** Nothing: it fires at the next due time. One that comes 10 s late, or when the next is due, counts as missed, too. */
        SKIP,
        /** It fires for each of them, one after another, but for no more than the last 100. */
        ALL
    }

    /** Throws {@link NullPointerException} when one is null. */
    public TickerOptions {
        Objects.requireNonNull(timetable, "timetable");
        Objects.requireNonNull(missed, "missed");
    }

    /** As the timetable says; of what was missed, the last is made up for. */
    public static TickerOptions of(Timetable timetable) {
        return new TickerOptions(timetable, Missed.ONE);
    }

    /** Once per period: 100 ms to 365 days. */
    public static TickerOptions every(Duration period) {
        return of(Timetable.every(period));
    }

    /** When a clock in this zone shows what {@link Timetable.Cron the expression} says. */
    public static TickerOptions cron(String expression, ZoneId zone) {
        return of(Timetable.cron(expression, zone));
    }

    /** The same with another policy for what was missed. */
    public TickerOptions withMissed(Missed value) {
        return new TickerOptions(timetable, value);
    }
}
