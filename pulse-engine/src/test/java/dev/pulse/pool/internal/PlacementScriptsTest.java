package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static dev.pulse.pool.internal.ScriptPool.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.pool.internal.PlacementScripts.Batch;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.PlacementScripts.Placed;
import dev.pulse.pool.internal.PlacementScripts.Placement.Kind;
import dev.pulse.pool.internal.PlacementScripts.Placing;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** How jobs change their owners. */
@RedisTest(shared = true)
class PlacementScriptsTest {
    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = ScriptPool.open(redis, prefix.name("pool"));
        pool.join("w1");
        pool.join("w2");
    }

    @AfterEach
    void check() {
        pool.invariants.check();
        pool.close();
    }

    private static Moving moving(Held job, String entry, String target) {
        return new Moving(job.key(), job.id(), job.token(), entry, CLIENT, target);
    }

    private Batch move(Moving... jobs) throws InterruptedException {
        return pool.placement.move(pool.redis, pool.version(), "w1", List.of(jobs));
    }

    private Batch sweep(Moving... jobs) throws InterruptedException {
        return pool.placement.sweepStep(pool.redis, pool.version(), "w1", List.of(jobs));
    }

    private Batch place(Placing... jobs) throws InterruptedException {
        return pool.placement.place(pool.redis, pool.version(), List.of(jobs));
    }

    private static List<Kind> kinds(Batch batch) {
        return ((Placed) batch)
                .jobs().stream().map(PlacementScripts.Placement::kind).toList();
    }

    private void wishStop(String key, String owner) throws InterruptedException {
        pool.reach.stop(pool.redis, ScriptPool.stopOf(key, owner, "", CLIENT, "r1", "", ""));
    }

    private void wait(String key) throws InterruptedException {
        pool.admit(pool.version(), "", request(key, "id-" + key));
    }

    @PulseTest
    void aMovedJobIsAtItsNewOwnerWithANewTokenAndItsPayload() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        pool.start(job);
        var placed = (Placed) move(moving(job, "", "w2"));
        long token = placed.jobs().getFirst().token();
        assertThat(token).isGreaterThan(job.token());
        assertThat(pool.record("k"))
                .isEqualTo(new JobScripts.Record(job.id(), "assigned", "w2", token, false, 0, 1, ""));
        assertThat(pool.inbox("w2", "s").getFirst().fields())
                .containsAllEntriesOf(
                        Map.of("k", "k", "t", "" + token, "p", "payload of k", "id", job.id(), "n", "1", "c", CLIENT));
        assertThat(pool.owners.started(pool.redis, job, "")).isEqualTo(OwnerScripts.Started.STALE);
        assertThat(kinds(move(moving(job, "", "w2")))).containsExactly(Kind.STALE);
    }

    @PulseTest
    void aJobThatHasNotStartedTakesItsEntryWithItAndStaysQueued() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        assertThat(kinds(move(moving(job, pool.inbox("w1", "s").getFirst().id(), "w2"))))
                .containsExactly(Kind.HANDED_OUT);
        assertThat(pool.inbox("w1", "s")).isEmpty();
        assertThat(pool.hash("m")).containsEntry("q", "1");
    }

    @PulseTest
    void aJobComesBackToItsOwnerWithANewTokenWhenTheRingSaysSo() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        assertThat(kinds(move(moving(job, "", "w1")))).containsExactly(Kind.HANDED_OUT);
        assertThat(pool.snapshot().members("own:w1")).containsExactly("k");
        assertThat(pool.record("k").token()).isGreaterThan(job.token());
    }

    @PulseTest
    void withoutATargetAJobWaitsAndKeepsItsTurn() throws InterruptedException {
        Held job = pool.assign("first", "w1");
        wait("second");
        assertThat(kinds(move(moving(job, "", "")))).containsExactly(Kind.WAITING);
        assertThat(pool.snapshot().scores("wait").keySet()).containsExactly("first", "second");
        assertThat(pool.record("first").token()).isZero();
    }

    @PulseTest
    void onHoldAndInRecoveryMovedJobsWaitAndNoneIsPlaced() throws InterruptedException {
        Held job = pool.assign("a", "w1");
        Held other = pool.assign("b", "w1");
        pool.meta("hold", "9007199254740991");
        assertThat(kinds(move(moving(job, "", "w2")))).containsExactly(Kind.WAITING);
        assertThat(place(new Placing("a", job.id(), CLIENT, "w2"))).isEqualTo(new PlacementScripts.Hold());
        pool.meta("hold", "0");
        pool.meta("rg", "1");
        assertThat(kinds(move(moving(other, "", "w2")))).containsExactly(Kind.WAITING);
        assertThat(place(new Placing("a", job.id(), CLIENT, "w2"))).isEqualTo(new PlacementScripts.Hold());
    }

    @PulseTest
    void whatIsToBeStoppedOrBelongsToAClosingPoolEndsInsteadOfMoving() throws InterruptedException {
        pool.beat();
        Held job = pool.assign("a", "w1");
        Held other = pool.assign("b", "w1");
        wishStop("a", "w1");
        assertThat(kinds(move(moving(job, "", "w2"), moving(other, "", "w2"))))
                .containsExactly(Kind.STOPPED, Kind.HANDED_OUT);
        Held third = pool.assign("c", "w1");
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(kinds(move(moving(third, "", "w2")))).containsExactly(Kind.STOPPED);
        assertThat(pool.snapshot().names("job:")).containsExactly("b");
        assertThat(pool.replies()).containsExactly("d " + job.id() + " stopped", "d " + third.id() + " stopped");
    }

    @PulseTest
    void anotherRingMovesNothing() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        assertThat(pool.placement.move(pool.redis, 1, "w1", List.of(moving(job, "", "w2"))))
                .isEqualTo(new RingChanged(2, "w1,w2"));
        assertThat(pool.placement.place(pool.redis, 1, List.of())).isEqualTo(new RingChanged(2, "w1,w2"));
        assertThat(pool.record("k").owner()).isEqualTo("w1");
    }

    @PulseTest
    void onlyAWorkerThatIsBeingSweptIsSwept() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        assertThat(sweep(moving(job, "", "w2"))).isEqualTo(new PlacementScripts.NotSwept());
        pool.endLease("w1");
        pool.members.sweepBegin(pool.redis, "w1", pool.without("w1"));
        assertThat(pool.placement.sweepStep(pool.redis, 2, "w1", List.of(moving(job, "", "w2"))))
                .isEqualTo(new RingChanged(3, ",w2"));
        assertThat(kinds(sweep(moving(job, "", "w2")))).containsExactly(Kind.HANDED_OUT);
        assertThat(pool.record("k").owner()).isEqualTo("w2");
    }

    @PulseTest
    void eachJobOfABatchIsDecidedByItself() throws InterruptedException {
        List<Moving> jobs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Held job = pool.assign("k" + i, "w1");
            jobs.add(moving(i % 2 == 0 ? job : new Held("w1", job.key(), 1, job.id(), ""), "", i < 50 ? "w2" : ""));
        }
        var kinds = kinds(pool.placement.move(pool.redis, pool.version(), "w1", jobs));
        assertThat(Collections.frequency(kinds, Kind.HANDED_OUT)).isEqualTo(25);
        assertThat(Collections.frequency(kinds, Kind.WAITING)).isEqualTo(25);
        assertThat(Collections.frequency(kinds, Kind.STALE)).isEqualTo(50);
        assertThat(pool.snapshot().members("own:w1")).hasSize(50);
        assertThat(pool.inbox("w2", "s"))
                .extracting(entry -> entry.field("t"))
                .doesNotHaveDuplicates()
                .hasSize(25);
        jobs.add(jobs.getFirst());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.placement.move(pool.redis, 2, "w1", jobs))
                .withMessageContaining("at most 100 at once, were 101");
    }

    @PulseTest
    void aKeyInAnOwnedSetWithoutItsRecordGoesFromThere() throws InterruptedException {
        pool.call("SADD", pool.keys.owned("w1"), "ghost");
        assertThat(kinds(move(new Moving("ghost", "", 0, "", CLIENT, "w2")))).containsExactly(Kind.STALE);
        assertThat(pool.snapshot().members("own:w1")).isEmpty();
    }

    @PulseTest
    void whatWaitsIsPlacedOnce() throws InterruptedException {
        wait("k");
        var placing = new Placing("k", "id-k", CLIENT, "w2");
        assertThat(place(new Placing("k", "another dispatch", CLIENT, "w2")))
                .isEqualTo(new Placed(List.of(new PlacementScripts.Placement(Kind.STALE, 0))));
        assertThat(kinds(place(placing, placing))).containsExactly(Kind.HANDED_OUT, Kind.STALE);
        assertThat(kinds(place(placing))).containsExactly(Kind.STALE);
        assertThat(pool.record("k").owner()).isEqualTo("w2");
        assertThat(pool.inbox("w2", "s")).hasSize(1);
        assertThat(pool.snapshot().scores("wait")).isEmpty();
    }

    @PulseTest
    void whatIsDueIsPlacedWhenItsTimeHasComeOrWaitsForAWorker() throws InterruptedException {
        var delayed = ScriptPool.job("k", "d1", "", bytes("p"), CLIENT, 1, Duration.ofHours(1), false);
        pool.admit(pool.version(), "w1", delayed);
        assertThat(kinds(place(new Placing("k", "d1", CLIENT, "w2")))).containsExactly(Kind.NOTYET);
        pool.call("ZADD", pool.keys.due(), "1", "k:k");
        assertThat(kinds(place(new Placing("k", "d1", CLIENT, "")))).containsExactly(Kind.WAITING);
        assertThat(pool.snapshot().scores("due")).isEmpty();
        assertThat(kinds(place(new Placing("k", "d1", CLIENT, "")))).containsExactly(Kind.WAITING);
        assertThat(kinds(place(new Placing("k", "d1", CLIENT, "w1")))).containsExactly(Kind.HANDED_OUT);
    }

    @PulseTest
    void whatWaitsAndIsToBeStoppedEndsInsteadOfBeingPlaced() throws InterruptedException {
        pool.beat();
        wait("k");
        pool.meta("rg", "1");
        wishStop("k", "");
        pool.call("HDEL", pool.keys.meta(), "rg");
        assertThat(kinds(place(new Placing("k", "id-k", CLIENT, "w1")))).containsExactly(Kind.STOPPED);
        assertThat(pool.snapshot().names("job:")).isEmpty();
        assertThat(pool.replies()).containsExactly("d id-k stopped");
    }

    @PulseTest
    void keysThatWaitWithoutTheirRecordGoFromThere() throws InterruptedException {
        pool.call("ZADD", pool.keys.waiting(), "1", "ghost");
        pool.call("ZADD", pool.keys.due(), "1", "k:ghost");
        assertThat(kinds(place(new Placing("ghost", "", CLIENT, "w1")))).containsExactly(Kind.STALE);
    }

    @PulseTest
    void somebodyElsesDataUnderAKeyOfOneJobHoldsUpNoOther() throws InterruptedException {
        Held broken = pool.assign("broken", "w1");
        Held whole = pool.assign("whole", "w1");
        pool.call("RENAME", pool.keys.job("broken"), pool.keys.job("aside"));
        pool.call("LPUSH", pool.keys.job("broken"), "x");
        assertThat(kinds(move(moving(broken, "", "w2"), moving(whole, "", "w2"))))
                .containsExactly(Kind.BROKEN, Kind.HANDED_OUT);
        pool.call("DEL", pool.keys.job("broken"));
        pool.call("RENAME", pool.keys.job("aside"), pool.keys.job("broken"));
    }

    @PulseTest
    void whatIsReadBesideTheScriptsIsWhatTheyNeed() throws InterruptedException {
        wait("a");
        Held job = pool.assign("b", "w1");
        pool.admit(
                pool.version(), "w1", ScriptPool.job("c", "d3", "", bytes("p"), CLIENT, 1, Duration.ofHours(1), false));
        assertThat(pool.reads.waiting(pool.redis, 0))
                .containsExactly(new PoolReads.JobSeen("a", "id-a", "waiting", "", 0, CLIENT));
        assertThat(pool.reads.ownedBy(pool.redis, "w1", "0"))
                .isEqualTo(new PoolReads.Page(
                        "0", List.of(new PoolReads.JobSeen("b", job.id(), "assigned", "w1", job.token(), CLIENT))));
        assertThat(pool.reads.due(pool.redis, 0, 100).jobs()).isEmpty();
        assertThat(pool.reads.aside(pool.redis).jobs())
                .containsExactly(new PoolReads.JobSeen("c", "d3", "due", "", 0, CLIENT));
        pool.call("LPUSH", pool.keys.job("odd"), "x");
        assertThat(pool.reads.jobs(pool.redis, List.of("none", "odd")))
                .containsExactly(
                        new PoolReads.JobSeen("none", "", "", "", 0, ""),
                        new PoolReads.JobSeen("odd", "", "", "", 0, ""));
        pool.call("DEL", pool.keys.job("odd"));
        var meta = pool.reads.meta(pool.redis).orElseThrow();
        assertThat(meta.slots()).isEqualTo("w1,w2");
        assertThat(meta.queued()).isEqualTo(3);
        pool.lose();
        assertThat(pool.reads.meta(pool.redis)).isEmpty();
    }

    @PulseTest
    void withoutItsMetaAnIncarnationIsGoneAndNothingIsWritten() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        pool.lose();
        assertThat(move(moving(job, "1-1", "w2"))).isEqualTo(new Gone());
        assertThat(sweep(moving(job, "1-1", "w2"))).isEqualTo(new Gone());
        assertThat(place(new Placing("k", "id-k", CLIENT, "w2"))).isEqualTo(new Gone());
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
