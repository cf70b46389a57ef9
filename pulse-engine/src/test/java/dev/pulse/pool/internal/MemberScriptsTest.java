package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.pool.internal.MemberScripts.End;
import dev.pulse.pool.internal.MemberScripts.Joining;
import dev.pulse.pool.internal.MemberScripts.Lease;
import dev.pulse.pool.internal.MemberScripts.OutOfRing;
import dev.pulse.pool.internal.MemberScripts.Pulsing;
import dev.pulse.pool.internal.MemberScripts.RingChange;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** How workers come, stay and go. */
@RedisTest(shared = true)
class MemberScriptsTest {
    /** That of the pools of these tests. */
    private static final Duration LEASE = Duration.ofSeconds(30);

    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = ScriptPool.open(redis, prefix.name("pool"));
    }

    @AfterEach
    void check() {
        pool.invariants.check();
        pool.close();
    }

    private Alive beat(Pulsing... workers) throws InterruptedException {
        return (Alive) pool.members.beat(pool.redis, CLIENT, List.of(workers));
    }

    private static Joining plain(String worker) {
        return new Joining(worker, "", "node", false);
    }

    /** Takes away what the test does not want to handle. */
    private void emptyInbox(String worker) {
        pool.entryIds(worker).forEach(id -> pool.call("XDEL", pool.keys.inbox(worker), id));
    }

    @PulseTest
    void whoJoinsIsLiveAndInTheRingAndAllAreTold() throws InterruptedException {
        pool.admit(0, "", request("k", "d1"));
        assertThat(pool.join("w1")).isEqualTo(new MemberScripts.Member(1, "w1", 1, false, false, LEASE));
        pool.meta("hold", "9007199254740991");
        assertThat(pool.join("w2")).isEqualTo(new MemberScripts.Member(2, "w1,w2", 1, true, false, LEASE));
        assertThat(pool.inbox("w1", "r")).extracting(entry -> entry.field("v")).containsExactly("1", "2");
        assertThat(pool.inbox("w2", "r")).extracting(entry -> entry.field("v")).containsExactly("2");
        assertThat(pool.snapshot().scores("lease").keySet()).containsExactlyInAnyOrder("w1", "w2");
        assertThat(pool.hash("w:w1")).containsEntry("node", "node");
    }

    @PulseTest
    void joiningTwiceIsJoiningOnce() throws InterruptedException {
        pool.join("w1");
        var again = new RingChange(0, "w1", List.of());
        assertThat(pool.members.join(pool.redis, plain("w1"), again))
                .isEqualTo(new MemberScripts.Member(1, "w1", 0, false, false, LEASE));
        assertThat(pool.inbox("w1", "r")).hasSize(1);
    }

    @PulseTest
    void whoKnowsAnotherRingDoesNotJoin() throws InterruptedException {
        pool.join("w1");
        assertThat(pool.members.join(pool.redis, plain("w2"), new RingChange(0, "w2", List.of())))
                .isEqualTo(new RingChanged(1, "w1"));
        assertThat(pool.snapshot().names("in:")).containsExactly("w1");
    }

    @PulseTest
    void whoReplacesAWorkerHasItsSlotAndTheOldOneIsSwept() throws InterruptedException {
        pool.join("w1");
        pool.join("w2");
        pool.join(new Joining("w3", "w1", "node", false), 0);
        assertThat(pool.hash("m")).containsEntry("ring", "w3,w2");
        assertThat(pool.snapshot().scores("gone").keySet()).containsExactly("w1");
        assertThat(pool.inbox("w2", "r")).hasSize(2);
        assertThat(beat(new Pulsing("w1", 1, 0)).workers().getFirst().lease()).isEqualTo(Lease.LOST);
        // a late repetition of its own
        assertThat(pool.members.join(pool.redis, plain("w1"), new RingChange(0, "w1", List.of())))
                .isEqualTo(new LeaseLost());
    }

    @PulseTest
    void whoReplacesAWorkerThatWasSweptMeanwhileJoinsAllTheSame() throws InterruptedException {
        pool.join(new Joining("w3", "w1", "node", false), -1);
        assertThat(pool.snapshot().scores("gone")).isEmpty();
    }

    @PulseTest
    void aBeatRenewsTheLeaseAndTellsWhatThereIsToDo() throws InterruptedException {
        pool.join("w1");
        pool.admit(1, "", request("k", "d1"));
        pool.assign("l", "w1");
        pool.endLease("w1");
        Alive found = beat(new Pulsing("w1", 1, 0));
        assertThat(found.workers()).containsExactly(new MemberScripts.Pulse(Lease.OK, 1));
        assertThat(found.firstLeaseEnds().orElseThrow()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
        assertThat(found.firstDue()).isEmpty();
        assertThat(found.waiting()).isEqualTo(1);
        assertThat(found.ringVersion()).isEqualTo(1);
        assertThat(found.settingsVersion()).isEqualTo(1);
        assertThat(found.lease()).isEqualTo(Duration.ofSeconds(30));
        assertThat(found.closing()).isFalse();
        assertThat(found.repliesMade()).isTrue();
        pool.call("ZADD", pool.keys.due(), "1", "m:x");
        pool.call("HSET", pool.keys.message("x"), "y", "g");
        pool.meta("mq", "1");
        pool.meta("ma", "1");
        found = beat(new Pulsing("w1", 2, 1));
        assertThat(found.repliesMade()).isFalse();
        assertThat(found.firstDue()).contains(Duration.ZERO);
        assertThat((Long) pool.call("PTTL", pool.keys.replies(CLIENT))).isPositive();
    }

    @PulseTest
    void aBeatThatFindsAnOlderOneThanWasAnsweredSaysSo() throws InterruptedException {
        pool.join("w1");
        assertThat(beat(new Pulsing("w1", 7, 0)).workers().getFirst().lease()).isEqualTo(Lease.OK);
        // a repetition, and one that was overtaken
        assertThat(beat(new Pulsing("w1", 7, 0)).workers().getFirst().lease()).isEqualTo(Lease.OK);
        assertThat(beat(new Pulsing("w1", 6, 5)).workers().getFirst().lease()).isEqualTo(Lease.OK);
        pool.call("HSET", pool.keys.worker("w1"), "seq", "3");
        assertThat(beat(new Pulsing("w1", 8, 7)).workers().getFirst().lease()).isEqualTo(Lease.ROLLBACK);
        assertThat(beat(new Pulsing("w1", 9, 8)).workers().getFirst().lease()).isEqualTo(Lease.OK);
    }

    @PulseTest
    void aLostLeaseIsNotRenewed() throws InterruptedException {
        assertThat(beat(new Pulsing("w1", 1, 0)).workers()).containsExactly(new MemberScripts.Pulse(Lease.LOST, 0));
        assertThat(pool.snapshot().scores("lease")).isEmpty();
        assertThat(pool.snapshot().names("w:")).isEmpty();
    }

    @PulseTest
    void whoLeavesIsOutOfTheRingAndEndsWhenItHasNothingLeft() throws InterruptedException {
        pool.join("w1");
        pool.join("w2");
        var job = pool.assign("k", "w1");
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(End.NOTEMPTY);
        assertThat(pool.members.leaveBegin(pool.redis, "w1", new RingChange(1, ",w2", List.of("w2"))))
                .isEqualTo(new RingChanged(2, "w1,w2"));
        assertThat(pool.members.leaveBegin(pool.redis, "w1", pool.without("w1")))
                .isEqualTo(new OutOfRing(3, ",w2"));
        assertThat(pool.members.leaveBegin(pool.redis, "w1", new RingChange(2, ",w2", List.of("w2"))))
                .isEqualTo(new OutOfRing(3, ",w2"));
        assertThat(pool.inbox("w2", "r")).hasSize(2);
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(End.NOTEMPTY);
        pool.placement.move(
                pool.redis, pool.version(), "w1", List.of(new Moving("k", job.id(), job.token(), "", CLIENT, "w2")));
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(End.NOTEMPTY);
        emptyInbox("w1");
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(End.OK);
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(End.OK);
        assertThat(pool.snapshot().names("w:")).containsExactly("w2");
        assertThat(pool.members.leaveBegin(pool.redis, "w1", new RingChange(3, ",w2", List.of())))
                .isEqualTo(new LeaseLost());
    }

    @PulseTest
    void onlyWhoseLeaseEndedByRedisClockIsSwept() throws InterruptedException {
        pool.join("w1");
        pool.join("w2");
        var change = new RingChange(2, "w1", List.of("w1"));
        assertThat(pool.members.sweepBegin(pool.redis, "w2", change)).isInstanceOf(MemberScripts.NotYet.class);
        pool.endLease("w2");
        assertThat(pool.members.sweepBegin(pool.redis, "w2", new RingChange(1, "", List.of())))
                .isEqualTo(new RingChanged(2, "w1,w2"));
        assertThat(pool.members.sweepBegin(pool.redis, "w2", pool.without("w2")))
                .isEqualTo(new OutOfRing(3, "w1"));
        assertThat(pool.members.sweepBegin(pool.redis, "w2", change)).isEqualTo(new OutOfRing(3, "w1"));
        assertThat(pool.inbox("w1", "r")).hasSize(3);
        assertThat(beat().swept()).containsExactly("w2");
        assertThat(pool.members.leaveEnd(pool.redis, "w2")).isEqualTo(End.LOST);
        assertThat(pool.members.sweepEnd(pool.redis, "w2")).isEqualTo(End.NOTEMPTY);
        emptyInbox("w2");
        assertThat(pool.members.sweepEnd(pool.redis, "w2")).isEqualTo(End.OK);
        assertThat(pool.members.sweepEnd(pool.redis, "w2")).isEqualTo(End.OK);
        assertThat(pool.members.sweepBegin(pool.redis, "w2", change)).isEqualTo(new MemberScripts.NoSuchWorker());
        assertThat(pool.snapshot().names("in:")).containsExactly("w1");
    }

    @PulseTest
    void aWorkerThatLeavesAndDiesIsSweptWithoutAnotherRing() throws InterruptedException {
        pool.join("w1");
        pool.join("w2");
        pool.members.leaveBegin(pool.redis, "w2", pool.without("w2"));
        pool.endLease("w2");
        assertThat(pool.members.sweepBegin(pool.redis, "w2", new RingChange(3, "w1", List.of("w1"))))
                .isEqualTo(new OutOfRing(3, "w1"));
    }

    @PulseTest
    void whenNobodyCouldRenewForLongNobodyIsSweptAtOnce() throws InterruptedException {
        pool.join("w1");
        pool.join("w2");
        pool.endLease("w2");
        var change = new RingChange(2, "w1", List.of("w1"));
        pool.meta("bt", "1");
        assertThat(pool.members.sweepBegin(pool.redis, "w2", change))
                .isEqualTo(new MemberScripts.NotYet(Duration.ofSeconds(6)));
        beat();
        assertThat(pool.members.sweepBegin(pool.redis, "w2", change)).isInstanceOf(MemberScripts.NotYet.class);
        pool.meta("sb", "1");
        assertThat(pool.members.sweepBegin(pool.redis, "w2", pool.without("w2")))
                .isInstanceOf(OutOfRing.class);
    }

    @PulseTest
    void aPoolThatIsBeingShutDownTakesNobodyNew() throws InterruptedException {
        pool.join("w1");
        pool.pools.shutdown(pool.redis, pool.keys, List.of("w1"));
        assertThat(pool.members.join(pool.redis, plain("w2"), new RingChange(1, "w1,w2", List.of("w1"))))
                .isEqualTo(new Closing());
        assertThat(beat().closing()).isTrue();
        assertThat(pool.members.leaveBegin(pool.redis, "w1", pool.without("w1")))
                .isInstanceOf(OutOfRing.class);
    }

    @PulseTest
    void withoutItsMetaAnIncarnationIsGoneAndNothingIsWritten() throws InterruptedException {
        pool.join("w1");
        pool.lose();
        var change = new RingChange(1, "w1,w2", List.of("w1"));
        assertThat(pool.members.join(pool.redis, plain("w2"), change)).isEqualTo(new Gone());
        assertThat(pool.members.beat(pool.redis, CLIENT, List.of(new Pulsing("w1", 1, 0))))
                .isEqualTo(new Gone());
        assertThat(pool.members.leaveBegin(pool.redis, "w1", change)).isEqualTo(new Gone());
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(End.GONE);
        assertThat(pool.members.sweepBegin(pool.redis, "w1", change)).isEqualTo(new Gone());
        assertThat(pool.members.sweepEnd(pool.redis, "w1")).isEqualTo(End.GONE);
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
