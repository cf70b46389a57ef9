package dev.pulse.pool.internal.timed;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * Due whenever the clock on a wall shows such a time. The library passes over times that this clock leaves out when it is put
 * forward; here they are due at that moment, or a nightly job would not run that night.
 *
 * @param everyHour whether it is due in each hour, so that the next hour makes up for one that is left out
 * @param zone where the clock hangs
 */
record CronExpression(ExecutionTime times, boolean everyHour, ZoneId zone) implements DueTimes {
    /** So many due times that went by are counted one by one, which takes a tenth of a second: beyond, they are not. */
    private static final int MOST_COUNTED = 1_000;

    /** What is due once in ten years may be left out as well. */
    private static final int MOST_CHANGES = 20;

    private static final int FIELDS_OF_UNIX = 5;

    /** The number of its fields says of which dialect it is. */
    static Cron parse(String expression) {
        boolean isUnix = expression.strip().split("\\s+").length == FIELDS_OF_UNIX;
        CronType dialect = isUnix ? CronType.UNIX : CronType.QUARTZ;
        try {
            return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(dialect))
                    .parse(expression)
                    .validate();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "a cron expression has five fields as Unix has it, or six or seven as Quartz has it, was \""
                            + expression + "\": " + e.getMessage(),
                    e);
        }
    }

    static CronExpression of(String expression, ZoneId zone) {
        Cron cron = parse(expression);
        CronField hours = Objects.requireNonNull(cron.retrieveFieldsAsMap().get(CronFieldName.HOUR));
        return new CronExpression(
                ExecutionTime.forCron(cron), hours.getExpression().asString().startsWith("*"), zone);
    }

    @Override
    public long after(long moment) {
        Instant from = second(moment);
        long shown = millis(from.atZone(zone));
        return everyHour ? shown : leftOut(from, shown);
    }

    /** The library takes fractions of a second over into what comes next. */
    private static Instant second(long moment) {
        return Instant.ofEpochMilli(moment).truncatedTo(ChronoUnit.SECONDS);
    }

    private long millis(ZonedDateTime from) {
        return times.nextExecution(from)
                .map(time -> time.toInstant().toEpochMilli())
                .orElse(NEVER);
    }

    /** The first time that the clock is put forward over one that is due, if that comes before another one. */
    private long leftOut(Instant from, long other) {
        ZoneOffsetTransition change = zone.getRules().nextTransition(from);
        for (int i = 0; i < MOST_CHANGES && change != null; i++) {
            long at = change.getInstant().toEpochMilli();
            if (at >= other) {
                return other;
            }
            if (change.isGap()) {
                ZonedDateTime before = change.getDateTimeBefore().atZone(ZoneOffset.UTC);
                long end = change.getDateTimeAfter().toInstant(ZoneOffset.UTC).toEpochMilli();
                // nothing is due between two seconds
                if (millis(before.minus(Duration.ofSeconds(1))) < end) {
                    return at;
                }
            }
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return other;
    }

    @Override
    public Passed passed(long due, long now, int most) {
        Deque<Long> last = new ArrayDeque<>();
        long skipped = 0;
        for (long time = due; time <= now; time = after(time)) {
            if (skipped == MOST_COUNTED) {
                return new Passed(skipped, newest(now), newest(now));
            }
            last.add(time);
            if (last.size() > most) {
                last.remove();
                skipped++;
            }
        }
        return new Passed(skipped, last.getFirst(), last.getLast());
    }

    private long newest(long now) {
        return times.lastExecution(second(now).plusSeconds(1).atZone(zone))
                .orElseThrow()
                .toInstant()
                .toEpochMilli();
    }
}
