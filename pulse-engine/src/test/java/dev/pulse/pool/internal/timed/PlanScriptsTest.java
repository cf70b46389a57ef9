package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.internal.timed.PlanScripts.Busy;
import dev.pulse.pool.internal.timed.PlanScripts.Claimed;
import dev.pulse.pool.internal.timed.PlanScripts.Lost;
import dev.pulse.pool.internal.timed.PlanScripts.Nothing;
import dev.pulse.pool.internal.timed.PlanScripts.Standing;
import dev.pulse.pool.internal.timed.PlanScripts.Stored;
import dev.pulse.pool.internal.timed.PlanScripts.Taken;
import dev.pulse.pool.internal.timed.TimesScripts.Known;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What planners of schedules say to Redis. */
@RedisTest(shared = true)
class PlanScriptsTest {
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration ENDED = Duration.ZERO;
    private static final long DUE = 1_000;
    private static final long NEXT = 2_000;
    private static final byte[] NOTHING = {};

    private TimedPool pool;
    private PlanScripts one;
    private PlanScripts two;
    private Known known;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = TimedPool.open(redis, prefix.name("pool"));
        one = new PlanScripts(pool.keys, "s", "p1");
        two = new PlanScripts(pool.keys, "s", "p2");
        known = pool.registered(Kind.SCHEDULE, "s", "p1", "every 1000", DUE, true);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private PlanScripts.Claim claim(PlanScripts planner, Duration lease) throws InterruptedException {
        return planner.claim(pool.redis, known.version(), DUE, DUE, lease);
    }

    private String claimed(PlanScripts planner, Duration lease) throws InterruptedException {
        return ((Claimed) claim(planner, lease)).token();
    }

    private PlanScripts.Claim goOn(PlanScripts planner, String token, Duration lease) throws InterruptedException {
        return planner.goOn(pool.redis, known.version(), DUE, DUE, token, lease);
    }

    private PlanScripts.Storing store(PlanScripts planner, String token, String... items) throws InterruptedException {
        Map<String, byte[]> all = new LinkedHashMap<>();
        for (String item : items) {
            all.put(item, NOTHING);
        }
        return planner.store(pool.redis, known.version(), token, NEXT, LEASE, all);
    }

    @PulseTest
    void oneAtATimePlansADueTimeAndGoesOnUnderTheSameToken() throws InterruptedException {
        String token = claimed(one, LEASE);
        assertThat(((Busy) claim(two, LEASE)).left()).isPositive();
        assertThat(claimed(one, LEASE)).isEqualTo(token);
        assertThat(((Claimed) goOn(one, token, LEASE)).token()).isEqualTo(token);
        assertThat(goOn(two, token, LEASE)).isEqualTo(new Lost());
    }

    @PulseTest
    void whoGoesOnTooLateNeitherKeepsWhatItGaveUpNorEndsItsNextClaim() throws InterruptedException {
        String given = claimed(one, LEASE);
        assertThat(goOn(one, given, ENDED)).isInstanceOf(Claimed.class);
        assertThat(goOn(one, given, LEASE)).isEqualTo(new Lost());
        String ended = claimed(two, ENDED);
        String token = ((Claimed) one.claim(pool.redis, known.version(), DUE, DUE + 1, LEASE)).token();
        for (String late : List.of(given, ended)) {
            assertThat(goOn(one, late, LEASE)).isEqualTo(new Lost());
            assertThat(goOn(one, late, ENDED)).isEqualTo(new Lost());
        }
        assertThat(store(one, token)).isInstanceOf(Stored.class);
    }

    @PulseTest
    void aClaimThatEndedOrWasGivenUpIsAnothers() throws InterruptedException {
        String token = claimed(one, ENDED);
        assertThat(Long.parseLong(claimed(two, LEASE))).isGreaterThan(Long.parseLong(token));
        assertThat(claim(one, LEASE)).isInstanceOf(Busy.class);
        assertThat(store(one, token)).isEqualTo(new Lost());
    }

    @PulseTest
    void aPlanThatIsTakenIsTheOneForItsDueTime() throws InterruptedException {
        String token = claimed(one, LEASE);
        assertThat(((Stored) store(one, token, "start:a")).next()).isEqualTo(NEXT);
        assertThat(store(one, token, "start:a")).isInstanceOf(Stored.class);
        assertThat(claim(two, LEASE)).isInstanceOf(TimesScripts.Other.class);
        assertThat(pool.next(Kind.SCHEDULE, "s")).isEqualTo(NEXT);
    }

    @PulseTest
    void aTimetableThatWasChangedMeanwhileKeepsItsNextDueTime() throws InterruptedException {
        String token = claimed(one, LEASE);
        pool.registered(Kind.SCHEDULE, "s", "p2", "every 7", 7_000, true);
        assertThat(((Stored) store(one, token)).next()).isEqualTo(7_000);
    }

    @PulseTest
    void whatIsLeftIsItsPlannersUntilThatIsNotHeardOfAnyMore() throws InterruptedException {
        String token = claimed(one, LEASE);
        store(one, token, "start:a", "stop:b");
        assertThat(two.take(pool.redis, LEASE, "")).isEqualTo(new Nothing());
        assertThat(pool.seen(Kind.SCHEDULE, "s", "p2").orElseThrow().free().orElseThrow())
                .isPositive();
        Taken mine = (Taken) one.take(pool.redis, ENDED, token);
        assertThat(mine.items()).isEmpty();
        Taken left = (Taken) two.take(pool.redis, LEASE, "");
        assertThat(left.token()).isEqualTo(token);
        assertThat(left.due()).isEqualTo(DUE);
        assertThat(left.items()).containsOnlyKeys("start:a", "stop:b");
        assertThat(one.take(pool.redis, LEASE, token)).isEqualTo(new Nothing());
    }

    @PulseTest
    void whatIsDoneIsTickedOffAndWhatFailedIsKept() throws InterruptedException {
        String token = claimed(one, LEASE);
        store(one, token, "start:a", "stop:b");
        assertThat(one.next(pool.redis, token, "start:a", new byte[] {7})).isEqualTo(Standing.OK);
        assertThat(one.done(pool.redis, token, "stop:b")).isEqualTo(Standing.OK);
        assertThat(one.done(pool.redis, token, "stop:b")).isEqualTo(Standing.OK);
        assertThat(((Taken) one.take(pool.redis, LEASE, "")).items()).hasSize(1).containsEntry("start:a", new byte[] {7
        });
        one.done(pool.redis, token, "start:a");
        assertThat(one.take(pool.redis, LEASE, "")).isEqualTo(new Nothing());
        assertThat(pool.seen(Kind.SCHEDULE, "s", "p1").orElseThrow().free()).isEmpty();
    }

    @PulseTest
    void anotherPlanReplacesWhatIsLeft() throws InterruptedException {
        String old = claimed(one, LEASE);
        store(one, old, "start:a");
        known = pool.seen(Kind.SCHEDULE, "s", "p2").orElseThrow();
        String token = ((Claimed) two.claim(pool.redis, known.version(), NEXT, NEXT, LEASE)).token();
        assertThat(one.done(pool.redis, old, "start:x")).as("until then").isEqualTo(Standing.OK);
        two.store(pool.redis, known.version(), token, NEXT + 1, LEASE, Map.of("stop:b", NOTHING));
        assertThat(one.done(pool.redis, old, "start:a")).isEqualTo(Standing.STALE);
        assertThat(one.jobs(pool.redis, old, List.of("k"))).isEqualTo(Standing.STALE);
        assertThat(((Taken) two.take(pool.redis, LEASE, "")).items()).containsOnlyKeys("stop:b");
    }

    @PulseTest
    void ofTheJobsItStartedItForgetsWhatEndedAndStopsWhatIsNotInThePlan() throws InterruptedException {
        for (String key : List.of("ended", "theirs", "kept", "other")) {
            pool.call("SADD", pool.keys.scheduledJobs("s"), key);
        }
        pool.call("HSET", pool.keys.job("theirs"), "by", "another");
        pool.call("HSET", pool.keys.job("kept"), "by", "s");
        pool.call("HSET", pool.keys.job("other"), "by", "s");
        String token = claimed(one, LEASE);
        store(one, token, "start:kept", "others");
        assertThat(one.jobs(pool.redis, token, List.of("ended", "theirs", "kept", "other")))
                .isEqualTo(Standing.OK);
        assertThat(((Taken) one.take(pool.redis, LEASE, "")).items())
                .containsOnlyKeys("start:kept", "others", "stop:other");
        assertThat(pool.members(pool.keys.scheduledJobs("s"))).containsExactly("kept", "other");
    }

    @PulseTest
    void nothingIsPlannedBeforeItsTimeNorInAPoolThatIsShutDown() throws InterruptedException {
        long later = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
        known = pool.registered(Kind.SCHEDULE, "s", "p1", "every 5", later, true);
        assertThat(one.claim(pool.redis, known.version(), later, later, LEASE)).isInstanceOf(TimesScripts.Early.class);
        String token = "1";
        pool.call("HSET", pool.keys.meta(), "st", "closing");
        assertThat(claim(one, LEASE)).isEqualTo(new TimesScripts.Closing());
        assertThat(store(one, token)).isEqualTo(new TimesScripts.Closing());
        pool.call("DEL", pool.keys.meta());
        assertThat(claim(one, LEASE)).isEqualTo(new TimesScripts.Gone());
        assertThat(one.take(pool.redis, LEASE, "")).isEqualTo(new TimesScripts.Gone());
        assertThat(one.done(pool.redis, token, "x")).isEqualTo(Standing.GONE);
    }
}
