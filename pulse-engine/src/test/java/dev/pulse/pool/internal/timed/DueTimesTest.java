package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.pool.TickerOptions.Missed;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.internal.timed.DueTimes.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When something is due, by period and by cron expression, and what is made of what was missed. */
class DueTimesTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId UTC = ZoneId.of("UTC");

    private final DueTimes everySecond = DueTimes.of(Timetable.every(Duration.ofSeconds(1)));

    /** The first due times after a moment that a clock in Berlin shows, as that shows them. */
    private static List<String> due(String expression, String from, int count) {
        DueTimes times = DueTimes.of(Timetable.cron(expression, BERLIN));
        long time = LocalDateTime.parse(from).atZone(BERLIN).toInstant().toEpochMilli();
        List<String> due = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            time = times.after(time);
            due.add(Instant.ofEpochMilli(time).atZone(BERLIN).toOffsetDateTime().toString());
        }
        return due;
    }

    @Test
    void aPeriodIsCountedFromTheLastDueTimeAndNotFromNow() {
        assertThat(everySecond.after(5_300)).isEqualTo(6_300);
        assertThat(everySecond.turn(1_000, 1_999, Missed.ONE)).isEqualTo(new Turn(1_000, false, 2_000, 0));
        assertThat(everySecond.turn(1_000, 2_000, Missed.ONE)).isEqualTo(new Turn(2_000, false, 3_000, 1));
    }

    @Test
    void afterAnOutageTheLastOfThemIsFiredOrNoneOrAll() {
        assertThat(everySecond.turn(1_000, 6_500, Missed.ONE)).isEqualTo(new Turn(6_000, false, 7_000, 5));
        assertThat(everySecond.turn(1_000, 6_500, Missed.SKIP)).isEqualTo(new Turn(1_000, true, 7_000, 6));
        assertThat(everySecond.turn(1_000, 6_500, Missed.ALL)).isEqualTo(new Turn(1_000, false, 2_000, 0));
    }

    @Test
    void ofAllNoMoreThanTheLastHundredAreFired() {
        assertThat(everySecond.turn(1_000, 1_000_500, Missed.ALL)).isEqualTo(new Turn(901_000, false, 902_000, 900));
    }

    @Test
    void whatComesTenSecondsLateIsSkippedThoughTheNextIsFarAway() {
        DueTimes daily = DueTimes.of(Timetable.every(Duration.ofDays(1)));
        assertThat(daily.turn(1_000, 11_000, Missed.SKIP).skips()).isFalse();
        assertThat(daily.turn(1_000, 11_001, Missed.SKIP)).isEqualTo(new Turn(1_000, true, 86_401_000, 1));
    }

    @Test
    void aCronExpressionHasTheDialectOfUnixOrQuartzByTheNumberOfItsFields() {
        assertThat(due("30 4 * * 7", "2026-11-26T00:00", 1)).containsExactly("2026-11-29T04:30+01:00");
        assertThat(due("15 30 4 ? * 1", "2026-11-26T00:00", 1)).containsExactly("2026-11-29T04:30:15+01:00");
        assertThat(due("0 0 0 1 1 ? 2030", "2026-11-26T00:00", 1)).containsExactly("2030-01-01T00:00+01:00");
    }

    @Test
    void aCronExpressionIsDueAtWholeSeconds() {
        DueTimes times = DueTimes.of(Timetable.cron("* * * * * ?", UTC));
        assertThat(times.after(10_310)).isEqualTo(11_000);
        assertThat(times.after(11_000)).isEqualTo(12_000);
        assertThat(DueTimes.of(Timetable.cron("* * * * *", UTC)).after(60_001)).isEqualTo(120_000);
    }

    @Test
    void whatCannotBeReadIsRefusedAtOnceByName() {
        for (String wrong : List.of("", "* * * *", "61 * * * *", "a b c d e", "0 0 0 * * *  * *")) {
            assertThatThrownBy(() -> Timetable.cron(wrong, UTC))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("was \"" + wrong + '"');
        }
        assertThatThrownBy(() -> Timetable.every(Duration.ofMillis(99)))
                .hasMessage("period is PT0.1S to PT8760H, was PT0.099S");
        assertThatThrownBy(() -> Timetable.every(Duration.ofNanos(1_000_000_001)))
                .hasMessageContaining("whole number of milliseconds");
    }

    @Test
    void aTimeThatTheClockLeavesOutIsDueWhenItGoesOn() {
        assertThat(due("30 2 * * *", "2026-03-28T00:00", 4))
                .containsExactly(
                        "2026-03-28T02:30+01:00",
                        "2026-03-29T03:00+02:00",
                        "2026-03-30T02:30+02:00",
                        "2026-03-31T02:30+02:00");
        assertThat(due("0 */30 2 ? * *", "2026-03-28T12:00", 2))
                .containsExactly("2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00");
        assertThat(due("0 30 2 29 3 ? 2026", "2026-01-01T00:00", 1)).containsExactly("2026-03-29T03:00+02:00");
    }

    @Test
    void whatIsDueEveryHourIsNotDueOnceMoreForTheHourLeftOut() {
        assertThat(due("25 * * * *", "2026-03-29T01:00", 2))
                .containsExactly("2026-03-29T01:25+01:00", "2026-03-29T03:25+02:00");
    }

    @Test
    void aTimeThatComesTwiceIsDueOnce() {
        assertThat(due("30 2 * * *", "2026-10-24T12:00", 2))
                .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
    }

    @Test
    void whatIsDueEveryHalfHourIsDueInBothHoursThatHaveTheSameName() {
        assertThat(due("*/30 * * * *", "2026-10-25T01:45", 5))
                .containsExactly(
                        "2026-10-25T02:00+02:00",
                        "2026-10-25T02:30+02:00",
                        "2026-10-25T02:00+01:00",
                        "2026-10-25T02:30+01:00",
                        "2026-10-25T03:00+01:00");
    }

    @Test
    void whatIsNeverDueAgainIsDueInTenThousandYears() {
        DueTimes past = DueTimes.of(Timetable.cron("0 0 0 1 1 ? 2020", UTC));
        assertThat(past.after(System.currentTimeMillis())).isEqualTo(DueTimes.NEVER);
    }

    @Test
    void missedTimesOfACronExpressionAreCounted() {
        DueTimes times = DueTimes.of(Timetable.cron("*/5 * * * *", UTC));
        long due = Instant.parse("2026-11-26T10:00:00Z").toEpochMilli();
        long now = Instant.parse("2026-11-26T10:21:00Z").toEpochMilli();
        long minutes = 60_000;
        assertThat(times.turn(due, now, Missed.ONE))
                .isEqualTo(new Turn(due + 20 * minutes, false, due + 25 * minutes, 4));
        assertThat(times.turn(due, now, Missed.ALL)).isEqualTo(new Turn(due, false, due + 5 * minutes, 0));
    }

    @Test
    void afterAYearThereIsNoCountingForMinutes() {
        DueTimes times = DueTimes.of(Timetable.cron("* * * * * ?", UTC));
        long due = Instant.parse("2025-11-26T10:00:00Z").toEpochMilli();
        long now = Instant.parse("2026-11-26T10:00:00.500Z").toEpochMilli();
        assertThat(times.turn(due, now, Missed.ONE)).isEqualTo(new Turn(now - 500, false, now + 500, 1_000));
    }

    @Test
    void aTimetableStandsInRedisAsText() {
        for (Timetable timetable :
                List.of(Timetable.every(Duration.ofMillis(1_500)), Timetable.cron("30 2 * * 1-5", BERLIN))) {
            assertThat(TimetableText.parse(TimetableText.of(timetable))).isEqualTo(timetable);
        }
        assertThatThrownBy(() -> TimetableText.parse("moon full")).isInstanceOf(IllegalArgumentException.class);
    }
}
