package dev.pulse.pool.internal.timed;

import dev.pulse.pool.TickerOptions.Missed;
import dev.pulse.pool.Timetable;
import java.time.Duration;

/** When something is due, in ms since 1970. Immutable. */
interface DueTimes {
    /** What is due then is never due. */
    long NEVER = 253_402_300_799_999L;

    /** How many missed firings are made up for at most. */
    int MOST_MADE_UP = 100;

    /** A firing that comes later is a missed one where that matters. */
    Duration GRACE = Duration.ofSeconds(10);

    static DueTimes of(Timetable timetable) {
        return switch (timetable) {
            case Timetable.Every every -> new EveryTimes(every.period().toMillis());
            case Timetable.Cron cron -> CronTimes.of(cron);
        };
    }

    /** The first due time after a moment. */
    long after(long moment);

    /** Those from one due time on that have come: the last ones, {@code most} at most, and how many were before them. */
    Passed passed(long due, long now, int most);

    /**
     * Due times that have come.
     *
     * @param skipped how many came before {@code first}
     * @param first the earliest of the last ones
     * @param last the latest
     */
    record Passed(long skipped, long first, long last) {}

    /**
     * What is to be done about due times that have come.
     *
     * @param fire the due time to be fired; none where {@code skips}
     * @param next what is due after it
     * @param missed how many before {@code next} are not fired
     */
    record Turn(long fire, boolean skips, long next, long missed) {}

    /** What is to be done when this was due next, and it is now. */
    default Turn turn(long due, long now, Missed policy) {
        return switch (policy) {
            case ONE -> {
                Passed passed = passed(due, now, 1);
                yield new Turn(passed.last(), false, after(passed.last()), passed.skipped());
            }
            case ALL -> {
                Passed passed = passed(due, now, MOST_MADE_UP);
                yield new Turn(passed.first(), false, after(passed.first()), passed.skipped());
            }
            case SKIP -> {
                Passed passed = passed(due, now, 1);
                boolean late = passed.skipped() > 0 || now - due > GRACE.toMillis();
                yield new Turn(due, late, after(passed.last()), late ? passed.skipped() + 1 : 0);
            }
        };
    }
}
