package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static dev.pulse.pool.internal.ScriptPool.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.internal.OwnerScripts.Claim;
import dev.pulse.pool.internal.OwnerScripts.Ended;
import dev.pulse.pool.internal.OwnerScripts.Failure;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.pool.internal.OwnerScripts.Postponed;
import dev.pulse.pool.internal.OwnerScripts.Reasserted;
import dev.pulse.pool.internal.OwnerScripts.Running;
import dev.pulse.pool.internal.OwnerScripts.Started;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a worker says to Redis about jobs that were given to it. */
@RedisTest(shared = true)
class OwnerScriptsTest {
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

    private Held once(String key, String worker) throws InterruptedException {
        var plain = request(key, "id-" + key);
        return pool.assign(
                ScriptPool.job(key, plain.id(), "digest", plain.payload(), CLIENT, 1, Duration.ZERO, false), worker);
    }

    private static Held stale(Held job) {
        return new Held(job.worker(), job.key(), job.token() - 1, job.id(), job.client());
    }

    private JobScripts.Known outcome(Held job) throws InterruptedException {
        return pool.jobs.ask(pool.redis, job.key(), job.id());
    }

    private void wishStop(Held job) throws InterruptedException {
        pool.reach.stop(pool.redis, ScriptPool.stopOf(job.key(), job.worker(), "", CLIENT, "r1", "", ""));
    }

    private static Failure failure(int allowed) {
        return new Failure(Duration.ofHours(1), "boom", OwnerScripts.Count.ADDED, allowed);
    }

    @PulseTest
    void aStartThatReturnedIsToldAndNoLongerQueued() throws InterruptedException {
        Held job = once("k", "w1");
        assertThat(pool.start(job)).isEqualTo(Started.OK);
        assertThat(pool.record("k"))
                .isEqualTo(new JobScripts.Record(job.id(), "running", "w1", job.token(), false, 0, 1, ""));
        assertThat(pool.inbox("w1", "s")).isEmpty();
        assertThat(pool.replies()).containsExactly("d id-k started");
        assertThat(pool.hash("m")).containsEntry("q", "0");
        assertThat(pool.hash("d:id-k")).containsEntry("st", "started");
    }

    @PulseTest
    void saidTwiceItCountsOnce() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        pool.assign("other", "w1");
        pool.start(job);
        assertThat(pool.start(job)).isEqualTo(Started.OK);
        assertThat(pool.record("k").starts()).isEqualTo(1);
        assertThat(pool.hash("m")).containsEntry("q", "1");
        assertThat(pool.replies()).hasSize(1);
    }

    @PulseTest
    void nothingIsSaidWithAnotherTokenButTheEntriesGo() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        var before = pool.record("k");
        assertThat(pool.owners.started(pool.redis, stale(job), "")).isEqualTo(Started.STALE);
        assertThat(pool.owners.fail(pool.redis, stale(job), "boom", List.of())).isEqualTo(Ended.STALE);
        assertThat(pool.owners.later(pool.redis, stale(job), failure(1), "", List.of()))
                .isEqualTo(Postponed.STALE);
        assertThat(pool.owners.stopped(pool.redis, stale(job), List.of(), List.of()))
                .isEqualTo(Ended.STALE);
        assertThat(pool.record("k")).isEqualTo(before);
        assertThat(pool.inbox("w1", "s")).hasSize(1);
        assertThat(pool.owners.started(
                        pool.redis, stale(job), pool.inbox("w1", "s").getFirst().id()))
                .isEqualTo(Started.STALE);
        assertThat(pool.inbox("w1", "s")).isEmpty();
    }

    @PulseTest
    void aFirstStartThatThrewLeavesNoTraceButItsOutcome() throws InterruptedException {
        Held job = once("k", "w1");
        assertThat(pool.owners.fail(pool.redis, job, "boom", pool.entryIds("w1")))
                .isEqualTo(Ended.OK);
        assertThat(pool.snapshot().names("job:")).isEmpty();
        assertThat(outcome(job)).isEqualTo(new JobScripts.Outcome("failed", job.token(), "boom", false));
        assertThat(pool.replies()).containsExactly("d id-k failed");
        assertThat(pool.owners.fail(pool.redis, job, "boom", List.of())).isEqualTo(Ended.STALE);
        assertThat(pool.hash("m")).containsEntry("q", "0");
    }

    @PulseTest
    void aFirstStartThatThrewWhileItWasToBeStoppedIsStopped() throws InterruptedException {
        Held job = once("k", "w1");
        wishStop(job);
        assertThat(pool.owners.fail(pool.redis, job, "boom", pool.entryIds("w1")))
                .isEqualTo(Ended.STOPPED);
        assertThat(outcome(job)).isEqualTo(new JobScripts.Outcome("stopped", job.token(), "boom", false));
    }

    @PulseTest
    void whatIsStoppedIsGoneAndAllWhoWaitAreTold() throws InterruptedException {
        Held job = once("k", "w1");
        pool.start(job);
        wishStop(job);
        var waiters = List.of(
                new OwnerScripts.Waiter(CLIENT, OwnerScripts.About.STOP, "r1"),
                new OwnerScripts.Waiter("nobody", OwnerScripts.About.STOP, "r2"),
                new OwnerScripts.Waiter(CLIENT, OwnerScripts.About.DISPATCH, job.id()));
        assertThat(pool.owners.stopped(pool.redis, job, waiters, pool.entryIds("w1")))
                .isEqualTo(Ended.OK);
        assertThat(pool.owners.stopped(pool.redis, job, waiters.subList(0, 1), List.of()))
                .isEqualTo(Ended.STALE);
        assertThat(pool.replies()).containsExactly("d id-k started", "s r1 stopped", "d id-k stopped", "s r1 stopped");
        assertThat(outcome(job)).isEqualTo(new JobScripts.Outcome("stopped", job.token(), "", true));
        // a client that listens no more gets no stream
        assertThat(pool.snapshot().names("re:")).containsExactly(CLIENT);
        assertThat(pool.entryIds("w1")).isEmpty();
    }

    @PulseTest
    void anAttemptThatFailedIsMadeAgainLaterUntilNoneIsLeft() throws InterruptedException {
        Held job = once("k", "w1");
        assertThat(pool.owners.later(pool.redis, job, failure(2), "w2", pool.entryIds("w1")))
                .isEqualTo(Postponed.DUE);
        assertThat(pool.record("k")).isEqualTo(new JobScripts.Record(job.id(), "due", "", 0, false, 1, 0, "boom"));
        // one as w2 joined, one for the first that comes due
        assertThat(pool.inbox("w2", "r")).hasSize(2);
        assertThat(pool.owners.later(pool.redis, job, failure(2), "w2", List.of()))
                .isEqualTo(Postponed.STALE);
        pool.call("ZADD", pool.keys.due(), "1", "k:k");
        long token = ((PlacementScripts.Placed) pool.placement.place(
                        pool.redis, pool.version(), List.of(new PlacementScripts.Placing("k", job.id(), CLIENT, "w1"))))
                .jobs()
                .getFirst()
                .token();
        Held again = new Held("w1", "k", token, job.id(), CLIENT);
        assertThat(pool.inbox("w1", "s").getFirst().field("a")).isEqualTo("1");
        assertThat(pool.owners.later(pool.redis, again, failure(2), "w2", pool.entryIds("w1")))
                .isEqualTo(Postponed.DEAD);
        assertThat(pool.snapshot().scores("dead").keySet()).containsExactly("k");
        assertThat(pool.hash("m")).containsEntry("q", "0");
        assertThat(pool.hash("d:id-k")).containsEntry("st", "dead").containsEntry("e", "boom");
    }

    @PulseTest
    void aStartThatSucceedsForgetsTheAttemptsThatFailed() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        pool.owners.later(pool.redis, job, failure(5), "", List.of());
        pool.call("ZADD", pool.keys.due(), "1", "k:k");
        var placed = (PlacementScripts.Placed) pool.placement.place(
                pool.redis, pool.version(), List.of(new PlacementScripts.Placing("k", job.id(), CLIENT, "w1")));
        pool.start(new Held("w1", "k", placed.jobs().getFirst().token(), job.id(), CLIENT));
        assertThat(pool.record("k").attempts()).isZero();
    }

    @PulseTest
    void anAttemptThatDoesNotCountIsMadeAgainHoweverOften() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        var requeued = new Failure(Duration.ZERO, "", OwnerScripts.Count.TAKEN_BACK, 1);
        assertThat(pool.owners.later(pool.redis, job, requeued, "", List.of())).isEqualTo(Postponed.DUE);
        assertThat(pool.record("k").attempts()).isZero();
    }

    @PulseTest
    void whatIsToBeStoppedIsNotPutAside() throws InterruptedException {
        Held job = once("k", "w1");
        wishStop(job);
        assertThat(pool.owners.later(pool.redis, job, failure(5), "", pool.entryIds("w1")))
                .isEqualTo(Postponed.STOPPED);
        Held other = pool.assign("l", "w1");
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(pool.owners.later(pool.redis, other, failure(5), "", pool.entryIds("w1")))
                .isEqualTo(Postponed.STOPPED);
        assertThat(pool.snapshot().names("job:")).isEmpty();
    }

    @PulseTest
    void whatRanWhenTheStateWasLostIsThereAgainWithItsToken() throws InterruptedException {
        long token = 7_000_000_000_000_000L;
        var jobs = List.of(
                new Running("a", token, "d1", bytes("pa"), false, 3, 5, 0),
                new Running("b", token - 1, "d2", bytes("pb"), true, 1, 1, 0));
        var claims = new Reasserted(List.of(Claim.OK, Claim.WISHED));
        assertThat(pool.owners.reassert(pool.redis, "w1", jobs, true)).isEqualTo(claims);
        assertThat(pool.owners.reassert(pool.redis, "w1", jobs, true)).isEqualTo(claims);
        assertThat(pool.record("a")).isEqualTo(new JobScripts.Record("d1", "running", "w1", token, false, 0, 3, ""));
        assertThat(pool.record("b").stopWished()).isTrue();
        assertThat(pool.call("GET", pool.keys.payload("a"))).isEqualTo("pa");
        // the next token is greater still
        assertThat(pool.assign("c", "w1").token()).isEqualTo(token + 1);
    }

    @PulseTest
    void aJobThatWaitsGivesWayToTheOneThatRuns() throws InterruptedException {
        pool.admit(pool.version(), "", onceRequest("same", "d1"));
        pool.admit(pool.version(), "", onceRequest("other", "d2"));
        pool.meta("rg", "1");
        pool.reach.stop(pool.redis, ScriptPool.stopOf("other", "", "", CLIENT, "r", "", ""));
        var jobs = List.of(
                new Running("same", 5, "d1", bytes("p"), false, 1, 1, 0),
                new Running("other", 6, "d3", bytes("p"), false, 1, 1, 0));
        assertThat(pool.owners.reassert(pool.redis, "w1", jobs, true))
                .isEqualTo(new Reasserted(List.of(Claim.OK, Claim.WISHED)));
        assertThat(pool.snapshot().scores("wait")).isEmpty();
        assertThat(pool.hash("m")).containsEntry("q", "0");
        assertThat(pool.jobs.ask(pool.redis, "other", "d2"))
                .isEqualTo(new JobScripts.Outcome("lost", 0, "the key ran already", false));
        assertThat(pool.hash("d:d1")).containsEntry("st", "started");
    }

    private static JobScripts.Request onceRequest(String key, String id) {
        return ScriptPool.job(key, id, "digest", bytes("p"), CLIENT, 1, Duration.ZERO, false);
    }

    @PulseTest
    void aDispatchThatWasReassertedIsKnownWhenItsJobHasEnded() throws InterruptedException {
        pool.owners.reassert(pool.redis, "w1", List.of(new Running("k", 5, "d1", bytes("p"), false, 1, 1, 0)), true);
        assertThat(pool.admit(pool.version(), "w1", onceRequest("k", "d1")))
                .isEqualTo(new JobScripts.Joined(new JobScripts.Outcome("started", 5, "", true)));
        pool.owners.stopped(pool.redis, new Held("w1", "k", 5, "d1", ""), List.of(), List.of());
        assertThat(pool.admit(pool.version(), "w1", onceRequest("k", "d1")))
                .isEqualTo(new JobScripts.Joined(new JobScripts.Outcome("stopped", 5, "", true)));
    }

    @PulseTest
    void whatHasEndedIsNotReasserted() throws InterruptedException {
        Held job = once("k", "w1");
        pool.owners.stopped(pool.redis, job, List.of(), List.of());
        var late = List.of(new Running("k", job.token() + 1, job.id(), bytes("p"), false, 1, 1, 0));
        assertThat(pool.owners.reassert(pool.redis, "w2", late, true)).isEqualTo(new Reasserted(List.of(Claim.LOST)));
        assertThat(outcome(job)).isEqualTo(new JobScripts.Outcome("stopped", job.token(), "", false));
    }

    @PulseTest
    void anOlderOwnerOfTheSameJobLosesItAndAnyOtherKeepsIt() throws InterruptedException {
        Held older = pool.assign("k", "w2");
        Held others = pool.assign("l", "w2");
        var jobs = List.of(
                new Running("k", older.token() + 1, older.id(), bytes("p"), false, 2, 1, 0),
                new Running("l", others.token() + 1, "another dispatch", bytes("p"), false, 2, 1, 0));
        assertThat(pool.owners.reassert(pool.redis, "w1", jobs, false))
                .isEqualTo(new Reasserted(List.of(Claim.OK, Claim.LOST)));
        assertThat(pool.record("k").owner()).isEqualTo("w1");
        assertThat(pool.record("l").owner()).isEqualTo("w2");
        assertThat(pool.snapshot().members("own:w2")).containsExactly("l");
        var late = List.of(new Running("k", older.token(), older.id(), bytes("p"), false, 2, 1, 0));
        assertThat(pool.owners.reassert(pool.redis, "w2", late, false)).isEqualTo(new Reasserted(List.of(Claim.LOST)));
    }

    @PulseTest
    void onlyWhoHasALeaseReasserts() throws InterruptedException {
        assertThat(pool.owners.reassert(pool.redis, "w3", List.of(), true)).isEqualTo(new LeaseLost());
    }

    @PulseTest
    void recoveryLastsUntilAllWhoReassertHaveSaidTheirLast() throws InterruptedException {
        pool.join(new MemberScripts.Joining("w3", "", "node", true), -1);
        assertThat(pool.snapshot().members("rec")).containsExactly("w3");
        assertThat(pool.beat().recovering()).isTrue();
        var jobs = List.of(new Running("k", 5, "d1", bytes("p"), false, 1, 1, 0));
        pool.owners.reassert(pool.redis, "w3", jobs, false);
        assertThat(pool.beat().recovering()).isTrue();
        pool.owners.reassert(pool.redis, "w3", List.of(), true);
        assertThat(pool.beat().recovering()).isFalse();
        assertThat(pool.beat().recovering()).isFalse();
    }

    @PulseTest
    void withoutItsMetaAnIncarnationIsGoneAndNothingIsWritten() throws InterruptedException {
        Held job = pool.assign("k", "w1");
        pool.lose();
        assertThat(pool.owners.started(pool.redis, job, "1-1")).isEqualTo(Started.GONE);
        assertThat(pool.owners.fail(pool.redis, job, "", List.of("1-1"))).isEqualTo(Ended.GONE);
        assertThat(pool.owners.later(pool.redis, job, failure(1), "w1", List.of()))
                .isEqualTo(Postponed.GONE);
        assertThat(pool.owners.stopped(pool.redis, job, List.of(), List.of("1-1")))
                .isEqualTo(Ended.GONE);
        assertThat(pool.owners.reassert(pool.redis, "w1", List.of(), true)).isEqualTo(new Gone());
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
