package dev.pulse.pool.internal.timed;

import dev.pulse.pool.Timetable;
import java.time.Duration;
import java.time.ZoneId;

/** How a timetable stands in Redis: {@code every <ms>} or {@code cron <zone> <expression>}. */
final class TimetableText {
    private static final String EVERY = "every ";
    private static final String CRON = "cron ";

    private TimetableText() {}

    static String of(Timetable timetable) {
        return switch (timetable) {
            case Timetable.Every every -> EVERY + every.period().toMillis();
            case Timetable.Cron cron -> CRON + cron.zone().getId() + ' ' + cron.expression();
        };
    }

    /**
     * @throws IllegalArgumentException when it is none
     * @throws IllegalStateException when it is a cron expression, and what reads these is not there
     */
    static Timetable parse(String text) {
        if (text.startsWith(EVERY)) {
            return Timetable.every(Duration.ofMillis(Long.parseLong(text.substring(EVERY.length()))));
        }
        int expression = text.indexOf(' ', CRON.length());
        if (text.startsWith(CRON) && expression > 0) {
            return Timetable.cron(text.substring(expression + 1), ZoneId.of(text.substring(CRON.length(), expression)));
        }
        throw new IllegalArgumentException("no timetable that this version of Pulse knows: \"" + text + '"');
    }
}
