package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.PoolSnapshot;
import dev.pulse.pool.internal.OwnerScripts.Attempt;
import dev.pulse.pool.internal.OwnerScripts.Begun;
import dev.pulse.pool.internal.OwnerScripts.Count;
import dev.pulse.pool.internal.OwnerScripts.Ended;
import dev.pulse.pool.internal.OwnerScripts.Failure;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.pool.internal.OwnerScripts.NotBegun;
import dev.pulse.pool.internal.OwnerScripts.Postponed;
import dev.pulse.pool.internal.OwnerScripts.Running;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.ReachScripts.Retried;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a worker says to Redis about tasks, and how one that is dead comes back. */
@RedisTest(shared = true)
class TaskScriptsTest {
    private static final int ALLOWED = 3;

    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = ScriptPool.open(redis, prefix.name("pool"));
        pool.beat();
        pool.join("w1");
        pool.join("w2");
    }

    @AfterEach
    void check() {
        pool.invariants.check();
        pool.close();
    }

    private Held assign(String key, int attempts) throws InterruptedException {
        return pool.assign(
                ScriptPool.job(key, "id-" + key, "digest", bytes("payload"), CLIENT, attempts, Duration.ZERO, false),
                "w1");
    }

    private Begun begin(Held job) throws InterruptedException {
        return pool.owners.begin(pool.redis, job, entry(job), ALLOWED, false);
    }

    private String entry(Held job) {
        return pool.inbox(job.worker(), "s").stream()
                .filter(entry -> entry.field("t").equals(Long.toString(job.token())))
                .map(PoolSnapshot.Entry::id)
                .findFirst()
                .orElse("");
    }

    private static int number(Begun begun) {
        return begun instanceof Attempt attempt ? attempt.number() : -1;
    }

    private Postponed later(Held job, Duration delay, Count count, int allowed) throws InterruptedException {
        return pool.owners.later(
                pool.redis, job, new Failure(delay, "boom", count, allowed), "", pool.entryIds(job.worker()));
    }

    /** Its time comes, and a worker gets it. */
    private Held place(String key) throws InterruptedException {
        pool.call("ZADD", pool.keys.due(), "1", "k:" + key);
        var placed = (PlacementScripts.Placed) pool.placement.place(
                pool.redis, pool.version(), List.of(new PlacementScripts.Placing(key, "id-" + key, CLIENT, "w1")));
        return new Held("w1", key, placed.jobs().getFirst().token(), "id-" + key, CLIENT);
    }

    private Held move(Held job) throws InterruptedException {
        var moved = (PlacementScripts.Placed) pool.placement.move(
                pool.redis,
                pool.version(),
                job.worker(),
                List.of(new Moving(job.key(), job.id(), job.token(), "", CLIENT, "w2")));
        return new Held("w2", job.key(), moved.jobs().getFirst().token(), job.id(), CLIENT);
    }

    private void wishStop(Held job) throws InterruptedException {
        pool.reach.stop(pool.redis, ScriptPool.stopOf(job.key(), job.worker(), "", CLIENT, "r1", "", ""));
    }

    private long outcomeTtl(Held job) {
        return Objects.requireNonNull(pool.snapshot().get("d:" + job.id())).ttl();
    }

    @PulseTest
    void anAttemptIsCountedBeforeItRunsAndTheTaskIsNoLongerQueued() throws InterruptedException {
        Held job = assign("k", 0);
        assertThat(number(begin(job))).isEqualTo(1);
        assertThat(pool.record("k"))
                .isEqualTo(new JobScripts.Record(job.id(), "running", "w1", job.token(), false, 1, 1, ""));
        assertThat(pool.inbox("w1", "s")).isEmpty();
        assertThat(pool.replies()).containsExactly("d id-k started");
        assertThat(pool.hash("m")).containsEntry("q", "0");
        // it is not settled, so it is kept until the task has ended
        assertThat(pool.hash("d:id-k")).containsEntry("st", "started");
        assertThat(outcomeTtl(job)).isNegative();
    }

    @PulseTest
    void begunTwiceUnderOneTokenItIsOneAttempt() throws InterruptedException {
        Held job = assign("k", 0);
        begin(job);
        assertThat(number(begin(job))).isEqualTo(1);
        assertThat(pool.record("k").attempts()).isEqualTo(1);
        assertThat(pool.replies()).hasSize(1);
        Held moved = move(job);
        assertThat(number(begin(moved))).isEqualTo(2);
        assertThat(begin(job)).isEqualTo(NotBegun.STALE);
    }

    @PulseTest
    void itBringsThePayloadWhenThatIsWanted() throws InterruptedException {
        Held job = assign("k", 0);
        assertThat(((Attempt) begin(job)).payload()).isEmpty();
        assertThat(((Attempt) pool.owners.begin(pool.redis, job, "", ALLOWED, true)).payload())
                .isEqualTo(bytes("payload"));
    }

    @PulseTest
    void whatIsToBeStoppedDoesNotBegin() throws InterruptedException {
        Held job = assign("k", 0);
        wishStop(job);
        assertThat(begin(job)).isEqualTo(NotBegun.WISHED);
        Held other = assign("l", 0);
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(begin(other)).isEqualTo(NotBegun.WISHED);
        assertThat(pool.record("l").attempts()).isZero();
    }

    @PulseTest
    void whileThePoolIsPausedNothingBeginsAndWhatHasBegunGoesOn() throws InterruptedException {
        Held begun = assign("begun", 0);
        Held job = assign("k", 0);
        begin(begun);
        pool.meta("hold", "9000000000000");
        assertThat(begin(job)).isEqualTo(NotBegun.HOLD);
        assertThat(pool.record("k").attempts()).isZero();
        assertThat(number(begin(begun))).isEqualTo(1);
        assertThat(pool.owners.finish(pool.redis, begun, bytes("r"), List.of())).isEqualTo(Ended.OK);
    }

    @PulseTest
    void whoHasUsedUpItsAttemptsDoesNotBegin() throws InterruptedException {
        Held own = assign("own", 1);
        begin(own);
        assertThat(begin(move(own))).isEqualTo(NotBegun.SPENT);
        Held job = assign("k", 0);
        for (int attempt = 1; attempt <= ALLOWED; attempt++) {
            assertThat(number(begin(job))).isEqualTo(attempt);
            job = move(job);
        }
        assertThat(begin(job)).isEqualTo(NotBegun.SPENT);
        assertThat(pool.inbox("w2", "s")).hasSize(2);
        assertThat(later(job, Duration.ZERO, Count.KEPT, ALLOWED)).isEqualTo(Postponed.DEAD);
    }

    @PulseTest
    void aTaskThatIsDoneLeavesItsResult() throws InterruptedException {
        Held job = assign("k", 0);
        begin(job);
        assertThat(pool.owners.finish(pool.redis, job, bytes("result"), List.of()))
                .isEqualTo(Ended.OK);
        assertThat(pool.owners.finish(pool.redis, job, bytes("other"), List.of()))
                .isEqualTo(Ended.STALE);
        assertThat(pool.snapshot().names("job:")).isEmpty();
        assertThat(pool.jobs.ask(pool.redis, "k", job.id()))
                .isInstanceOfSatisfying(JobScripts.Outcome.class, outcome -> {
                    assertThat(outcome.state()).isEqualTo("done");
                    assertThat(outcome.token()).isEqualTo(job.token());
                    assertThat(outcome.result()).isEqualTo(bytes("result"));
                });
        assertThat(pool.hash("d:id-k")).containsEntry("res", "result");
        assertThat(outcomeTtl(job)).isPositive();
        assertThat(pool.replies()).containsExactly("d id-k started", "d id-k done");
        assertThat(pool.snapshot().entries("re:" + CLIENT).getLast().field("e")).isEqualTo("result");
    }

    @PulseTest
    void whatIsDoneThoughItWasToBeStoppedIsDone() throws InterruptedException {
        Held job = assign("k", 0);
        begin(job);
        wishStop(job);
        assertThat(pool.owners.finish(pool.redis, job, bytes("r"), pool.entryIds("w1")))
                .isEqualTo(Ended.OK);
        assertThat(pool.hash("d:id-k")).containsEntry("st", "done");
    }

    @PulseTest
    void anAttemptThatFailsWasCountedAndTheLastOneIsTold() throws InterruptedException {
        Held job = assign("k", 2);
        begin(job);
        assertThat(later(job, Duration.ofHours(1), Count.KEPT, 2)).isEqualTo(Postponed.DUE);
        assertThat(pool.record("k")).isEqualTo(new JobScripts.Record(job.id(), "due", "", 0, false, 1, 1, "boom"));
        assertThat(pool.hash("m")).containsEntry("q", "0");
        Held again = place("k");
        begin(again);
        assertThat(later(again, Duration.ZERO, Count.KEPT, 2)).isEqualTo(Postponed.DEAD);
        assertThat(pool.snapshot().scores("dead").keySet()).containsExactly("k");
        assertThat(pool.hash("d:id-k")).containsEntry("st", "dead").containsEntry("e", "boom");
        assertThat(pool.replies()).containsExactly("d id-k started", "d id-k dead");
    }

    @PulseTest
    void whatAsksToRunAgainTakesItsAttemptBack() throws InterruptedException {
        Held job = assign("k", 1);
        for (int i = 0; i < 3; i++) {
            assertThat(number(begin(job))).isEqualTo(1);
            assertThat(later(job, Duration.ZERO, Count.TAKEN_BACK, 1)).isEqualTo(Postponed.DUE);
            assertThat(later(job, Duration.ZERO, Count.TAKEN_BACK, 1)).isEqualTo(Postponed.STALE);
            assertThat(pool.record("k").attempts()).isZero();
            job = place("k");
        }
    }

    @PulseTest
    void whatCanNeverBeDoneIsDeadAtOnce() throws InterruptedException {
        Held job = assign("k", 5);
        begin(job);
        assertThat(later(job, Duration.ZERO, Count.KEPT, 0)).isEqualTo(Postponed.DEAD);
        assertThat(pool.record("k").state()).isEqualTo("dead");
    }

    @PulseTest
    void whoWaitsForTheEndHearsThatItWasStopped() throws InterruptedException {
        Held job = assign("k", 5);
        begin(job);
        wishStop(job);
        assertThat(later(job, Duration.ZERO, Count.KEPT, 5)).isEqualTo(Postponed.STOPPED);
        assertThat(pool.replies()).containsExactly("d id-k started", "d id-k stopped");
    }

    private Held die(String key) throws InterruptedException {
        Held job = assign(key, 5);
        begin(job);
        later(job, Duration.ZERO, Count.KEPT, 0);
        return job;
    }

    private Retried retry(String key, String idGuess, String request) throws InterruptedException {
        return pool.reach.retry(pool.redis, key, idGuess, request, "w2");
    }

    @PulseTest
    void aDeadTaskIsTriedAnewWithAllItsAttempts() throws InterruptedException {
        Held job = die("k");
        int told = pool.inbox("w2", "r").size();
        assertThat(retry("k", "another", "r1")).isEqualTo(Retried.OK);
        assertThat(pool.record("k")).isEqualTo(new JobScripts.Record(job.id(), "due", "", 0, false, 0, 0, "boom"));
        assertThat(pool.snapshot().scores("dead")).isEmpty();
        assertThat(pool.hash("m")).containsEntry("q", "1");
        assertThat(pool.hash("d:id-k")).containsEntry("st", "pending");
        assertThat(pool.inbox("w2", "r")).hasSize(told + 1);
        assertThat(number(begin(place("k")))).isEqualTo(1);
    }

    @PulseTest
    void triedAnewByTheSameRequestItIsTriedOnce() throws InterruptedException {
        die("k");
        retry("k", "id-k", "r1");
        Held job = place("k");
        begin(job);
        assertThat(retry("k", "id-k", "r1")).isEqualTo(Retried.OK);
        assertThat(pool.record("k").state()).isEqualTo("running");
        assertThat(retry("k", "id-k", "r2")).isEqualTo(Retried.UNKNOWN);
        assertThat(retry("nothing", "", "r3")).isEqualTo(Retried.UNKNOWN);
    }

    @PulseTest
    void whatIsTriedAnewIsQueuedSoTheLimitHolds() throws InterruptedException {
        die("k");
        pool.meta("max", "1");
        pool.assign("queued", "w1");
        assertThat(retry("k", "id-k", "r1")).isEqualTo(Retried.FULL);
        assertThat(pool.record("k").state()).isEqualTo("dead");
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(retry("k", "id-k", "r1")).isEqualTo(Retried.CLOSING);
    }

    @PulseTest
    void aTaskThatRanWhenTheStateWasLostHasTheAttemptItHad() throws InterruptedException {
        var running = new Running("k", 7_000_000_000_000_000L, "d1", bytes("p"), false, 4, 5, 3);
        pool.owners.reassert(pool.redis, "w1", List.of(running), true);
        assertThat(pool.record("k").attempts()).isEqualTo(3);
        assertThat(pool.hash("d:d1")).containsEntry("st", "started").containsEntry("t", "" + running.token());
        Held job = new Held("w1", "k", running.token(), "d1", "");
        assertThat(number(begin(job))).isEqualTo(3);
        assertThat(later(job, Duration.ZERO, Count.KEPT, 5)).isEqualTo(Postponed.DUE);
        assertThat(pool.record("k").attempts()).isEqualTo(3);
    }

    @PulseTest
    void withoutItsMetaAnIncarnationIsGoneAndNothingIsWritten() throws InterruptedException {
        Held job = assign("k", 0);
        pool.lose();
        assertThat(begin(job)).isEqualTo(NotBegun.GONE);
        assertThat(pool.owners.finish(pool.redis, job, bytes("r"), List.of("1-1")))
                .isEqualTo(Ended.GONE);
        assertThat(retry("k", "", "r")).isEqualTo(Retried.GONE);
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
