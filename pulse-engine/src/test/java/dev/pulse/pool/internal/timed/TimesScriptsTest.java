package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.internal.timed.DueTimes.Turn;
import dev.pulse.pool.internal.timed.TimesScripts.Fired;
import dev.pulse.pool.internal.timed.TimesScripts.Known;
import dev.pulse.pool.internal.timed.TimesScripts.Other;
import dev.pulse.pool.internal.timed.TimesScripts.Seen;
import dev.pulse.pool.internal.timed.TimesScripts.Skipped;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What listeners of tickers say to Redis. */
@RedisTest(shared = true)
class TimesScriptsTest {
    private static final Duration COUNTS = Duration.ofMinutes(1);
    private static final long PAST = 1_000;

    private TimedPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = TimedPool.open(redis, prefix.name("pool"));
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Known register(String listener, String timetable, long first, boolean changes) throws InterruptedException {
        return pool.registered(Kind.TICKER, "t", listener, timetable, first, changes);
    }

    private TimesScripts.Tick tick(String request, Known known, Turn turn) throws InterruptedException {
        return pool.times.tick(pool.redis, "t", request, known.version(), known.next(), turn);
    }

    @PulseTest
    void theFirstListenerMakesItAndTheNextAdoptsIt() throws InterruptedException {
        Known made = register("l1", "every 100", 5_000, true);
        assertThat(made.next()).isEqualTo(5_000);
        assertThat(made.listeners()).containsExactly("l1");
        Known same = register("l2", "every 100", 9_000, true);
        assertThat(same.version()).isEqualTo(made.version());
        assertThat(same.next()).isEqualTo(5_000);
        assertThat(same.listeners()).containsExactlyInAnyOrder("l1", "l2");
    }

    @PulseTest
    void anotherTimetableIsANewVersionWithItsOwnFirstDueTimeAndHoldsOnlyWhenItIsMeantTo() throws InterruptedException {
        Known made = register("l1", "every 100", 5_000, true);
        assertThat(register("l2", "every 200", 9_000, false).timetable()).isEqualTo("every 100");
        Known changed = register("l2", "every 200", 9_000, true);
        assertThat(changed.version()).isGreaterThan(made.version());
        assertThat(changed.next()).isEqualTo(9_000);
        assertThat(changed.timetable()).isEqualTo("every 200");
    }

    @PulseTest
    void oneOfManyWhoWantADueTimeGetsItAndGetsItAgainWhenTheReplyWasLost() throws InterruptedException {
        Known known = register("l1", "every 100", PAST, true);
        Turn turn = new Turn(PAST + 200, false, PAST + 300, 2);
        Fired fired = (Fired) tick("r1", known, turn);
        assertThat(fired.due()).isEqualTo(PAST + 200);
        assertThat(fired.next()).isEqualTo(PAST + 300);
        assertThat(fired.missed()).isEqualTo(2);
        assertThat(tick("r2", known, turn)).isInstanceOf(Other.class);
        Fired again = (Fired) tick("r1", known, new Turn(PAST + 700, false, PAST + 800, 7));
        assertThat(again.token()).isEqualTo(fired.token());
        assertThat(again.due()).isEqualTo(fired.due());
        assertThat(pool.next(Kind.TICKER, "t")).isEqualTo(PAST + 300);
    }

    @PulseTest
    void tokensGrowAndWhatWasSkippedIsToldByTheNextFiring() throws InterruptedException {
        Known known = register("l1", "every 100", PAST, true);
        Fired first = (Fired) tick("r1", known, new Turn(PAST, false, PAST + 100, 0));
        Known then = pool.seen(Kind.TICKER, "t", "l1").orElseThrow();
        assertThat(tick("r2", then, new Turn(PAST, true, PAST + 500, 4))).isInstanceOf(Skipped.class);
        then = pool.seen(Kind.TICKER, "t", "l1").orElseThrow();
        Fired second = (Fired) tick("r3", then, new Turn(PAST + 500, false, PAST + 600, 0));
        assertThat(second.missed()).isEqualTo(4);
        assertThat(second.token()).isGreaterThan(first.token());
    }

    @PulseTest
    void nothingIsFiredBeforeItsTimeByTheClockOfRedis() throws InterruptedException {
        long later = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
        Known known = register("l1", "every 100", later, true);
        assertThat(tick("r1", known, new Turn(later, false, later + 100, 0))).isInstanceOf(TimesScripts.Early.class);
        assertThat(tick("r1", known, new Turn(later, true, later + 100, 1))).isInstanceOf(TimesScripts.Early.class);
    }

    @PulseTest
    void anOlderVersionFiresNothing() throws InterruptedException {
        Known old = register("l1", "every 100", PAST, true);
        Known changed = register("l2", "every 200", PAST, true);
        Other other = (Other) tick("r1", old, new Turn(PAST, false, PAST + 100, 0));
        assertThat(other.version()).isEqualTo(changed.version());
    }

    @PulseTest
    void aLookTellsOfAllAndForgetsListenersThatDoNotLookAnyMore() throws InterruptedException {
        register("l1", "every 100", PAST, true);
        pool.call("ZADD", Kind.TICKER.listeners(pool.keys, "t"), "1", "dead");
        Known seen = pool.seen(Kind.TICKER, "t", "l2").orElseThrow();
        assertThat(seen.listeners()).containsExactlyInAnyOrder("l1", "l2");
        assertThat(seen.free()).isEmpty();
        assertThat(pool.seen(Kind.TICKER, "unknown", "l2")).isEmpty();
        assertThat(pool.call("EXISTS", Kind.TICKER.listeners(pool.keys, "unknown")))
                .isEqualTo(0L);
    }

    @PulseTest
    void nothingIsDueInAPoolThatIsShutDownAndNothingIsLeft() throws InterruptedException {
        Known known = register("l1", "every 100", PAST, true);
        pool.registered(Kind.SCHEDULE, "s", "p1", "every 100", PAST, true);
        assertThat(pool.times.clean(pool.redis, Kind.TICKER, List.of("t"))).isFalse();
        pool.call("HSET", pool.keys.meta(), "st", "closing");
        assertThat(tick("r1", known, new Turn(PAST, false, PAST + 100, 0))).isEqualTo(new TimesScripts.Closing());
        assertThat(pool.times.look(pool.redis, List.of(), COUNTS)).isEqualTo(new TimesScripts.Closing());
        TimesCleaning.clean(pool.redis, pool.keys);
        assertThat(pool.names()).containsExactly(pool.keys.meta());
        pool.call("DEL", pool.keys.meta());
        assertThat(tick("r1", known, new Turn(PAST, false, PAST + 100, 0))).isEqualTo(new TimesScripts.Gone());
        assertThat(pool.names()).isEmpty();
    }

    @PulseTest
    void aTickerThatIsNotThereIsSaidToBeNone() throws InterruptedException {
        assertThat(pool.times.tick(pool.redis, "t", "r", 1, PAST, new Turn(PAST, false, PAST + 1, 0)))
                .isEqualTo(new TimesScripts.NoSuch());
        assertThat(pool.times.look(pool.redis, List.of(), COUNTS)).isInstanceOf(Seen.class);
        assertThat(Optional.ofNullable(pool.call("EXISTS", pool.keys.tickers())))
                .contains(0L);
    }
}
