package dev.pulse.pool.internal.timed;

import dev.pulse.pool.Timetable;

/** Due by a cron expression, which a library reads that need not be there. */
public final class CronTimes {
    private CronTimes() {}

    /**
     * Whether an expression can be read.
     *
     * @throws IllegalArgumentException when it cannot, naming it
     * @throws IllegalStateException when the library is not there
     */
    public static void check(String expression) {
        try {
            CronExpression.parse(expression);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "a cron expression needs the library com.cronutils:cron-utils, which is not on the class path", e);
        }
    }

    static DueTimes of(Timetable.Cron cron) {
        return CronExpression.of(cron.expression(), cron.zone());
    }
}
