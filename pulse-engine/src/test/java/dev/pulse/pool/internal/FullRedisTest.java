package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static dev.pulse.pool.internal.ScriptPool.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pulse.RedisOutOfMemoryException;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.faults.Promise;
import dev.pulse.pool.internal.MemberScripts.Joining;
import dev.pulse.pool.internal.OwnerScripts.Ended;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.PlacementScripts.Placing;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Redis without memory: a pool takes nothing new, and all that it has goes on. */
@RedisTest
class FullRedisTest {
    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        // only what is embedded is filled up
        redis.embedded();
        pool = ScriptPool.open(redis, prefix.name("pool"));
        pool.join("w1");
        pool.join("w2");
    }

    @AfterEach
    void empty() {
        drain();
        pool.invariants.check();
        pool.close();
    }

    private void fill() {
        pool.call("CONFIG", "SET", "maxmemory", "1");
    }

    private void drain() {
        pool.call("CONFIG", "SET", "maxmemory", "0");
    }

    private static void refused(ThrowingCallable call) {
        assertThatExceptionOfType(RedisOutOfMemoryException.class).isThrownBy(call);
    }

    @PulseTest
    @Attacks(value = Promise.P7, by = Fault.F16)
    void nothingNewIsTakenAndNothingOfItIsLeft() throws InterruptedException {
        pool.assign("k", "w1");
        fill();
        var before = pool.snapshot().content().keySet();
        refused(() -> pool.assign("new", "w1"));
        refused(() -> pool.admit(pool.version(), "", request("new", "d1")));
        refused(() -> pool.reach.note(pool.redis, new ReachScripts.Notification("k", "w1", bytes("n"), CLIENT, "r1")));
        refused(() -> pool.messages.send(
                pool.redis, pool.version(), "w1", new MessageScripts.Message("k", bytes("m"), CLIENT, "r1")));
        assertThat(pool.snapshot().content().keySet()).isEqualTo(before);
        assertThat(pool.hash("m")).containsEntry("q", "1").containsEntry("mq", "0");
    }

    @PulseTest
    @Attacks(value = Promise.P7, by = Fault.F16)
    void whatIsThereStaysUnderItsLeaseAndIsMovedAndSettled() throws InterruptedException {
        pool.admit(pool.version(), "", request("waiting", "d1"));
        Held moving = pool.assign("moving", "w1");
        Held running = pool.assign("running", "w1");
        Held failing = pool.assign("failing", "w1");
        Held later = pool.assign("later", "w1");
        Held task = pool.assign("task", "w1");
        pool.messages.send(pool.redis, pool.version(), "w1", new MessageScripts.Message("m", bytes("m"), CLIENT, "r1"));
        fill();
        var beat = (MemberScripts.Alive)
                pool.members.beat(pool.redis, CLIENT, List.of(new MemberScripts.Pulsing("w1", 1, 0)));
        assertThat(beat.workers().getFirst().lease()).isEqualTo(MemberScripts.Lease.OK);
        assertThat(beat.repliesMade()).isTrue();
        assertThat(pool.start(running)).isEqualTo(OwnerScripts.Started.OK);
        assertThat(pool.owners.started(pool.redis, moving, "")).isEqualTo(OwnerScripts.Started.OK);
        assertThat(pool.placement.move(
                        pool.redis,
                        pool.version(),
                        "w1",
                        List.of(new Moving("moving", moving.id(), moving.token(), "", CLIENT, "w2"))))
                .isInstanceOf(PlacementScripts.Placed.class);
        assertThat(pool.placement.place(
                        pool.redis, pool.version(), List.of(new Placing("waiting", "d1", CLIENT, "w2"))))
                .isInstanceOf(PlacementScripts.Placed.class);
        assertThat(pool.owners.fail(pool.redis, failing, "boom", List.of())).isEqualTo(Ended.OK);
        assertThat(pool.owners.later(
                        pool.redis,
                        later,
                        new OwnerScripts.Failure(Duration.ofHours(1), "boom", OwnerScripts.Count.ADDED, 5),
                        "",
                        List.of()))
                .isEqualTo(OwnerScripts.Postponed.DUE);
        assertThat(pool.owners.begin(pool.redis, task, "", 5, true)).isInstanceOf(OwnerScripts.Attempt.class);
        assertThat(pool.owners.finish(pool.redis, task, bytes("r"), List.of())).isEqualTo(Ended.OK);
        assertThat(pool.reach.stop(pool.redis, ScriptPool.stopOf("running", "w1", "", CLIENT, "r2", "", "")))
                .isInstanceOf(ReachScripts.Wished.class);
        assertThat(pool.owners.stopped(pool.redis, running, List.of(), List.of()))
                .isEqualTo(Ended.OK);
        var message =
                new MessageScripts.Entry("w1", pool.inbox("w1", "g").getFirst().id(), CLIENT, "r1");
        assertThat(pool.messages.later(pool.redis, message, Duration.ofHours(1), true, ""))
                .isEqualTo(MessageScripts.Settled.OK);
        assertThat(pool.snapshot().members("own:w2")).containsExactly("moving", "waiting");
    }

    @PulseTest
    @Attacks(value = Promise.P7, by = Fault.F16)
    void workersComeGoAndAreSwept() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        fill();
        assertThat(pool.join(new Joining("w3", "", "node", true), -1)).isInstanceOf(MemberScripts.Member.class);
        var running = new OwnerScripts.Running("other", 5, "d5", bytes("p"), false, 1, 1, 0);
        assertThat(pool.owners.reassert(pool.redis, "w3", List.of(running), true))
                .isEqualTo(new OwnerScripts.Reasserted(List.of(OwnerScripts.Claim.OK)));
        pool.beat();
        assertThat(pool.members.leaveBegin(pool.redis, "w2", pool.without("w2")))
                .isInstanceOf(MemberScripts.OutOfRing.class);
        drain();
        pool.endLease("w1");
        fill();
        assertThat(pool.members.sweepBegin(pool.redis, "w1", pool.without("w1")))
                .isInstanceOf(MemberScripts.OutOfRing.class);
        assertThat(pool.placement.sweepStep(
                        pool.redis,
                        pool.version(),
                        "w1",
                        List.of(new Moving("k", job.id(), job.token(), "", CLIENT, "w3"))))
                .isInstanceOf(PlacementScripts.Placed.class);
        assertThat(pool.record("k").owner()).isEqualTo("w3");
        assertThat(pool.pools.change(pool.redis, pool.keys, 1, Map.of("max", 5L), List.of()))
                .isEqualTo(new PoolScripts.Changed(2));
        assertThat(pool.pools.shutdown(pool.redis, pool.keys, List.of("w3"))).isEqualTo(PoolScripts.Ending.OK);
    }
}
