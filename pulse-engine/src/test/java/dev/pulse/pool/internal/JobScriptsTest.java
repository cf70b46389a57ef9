package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.internal.JobScripts.Admission;
import dev.pulse.pool.internal.JobScripts.Assigned;
import dev.pulse.pool.internal.JobScripts.Joined;
import dev.pulse.pool.internal.JobScripts.Request;
import dev.pulse.pool.internal.ReachScripts.StopRequest;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What clients say to Redis about jobs. */
@RedisTest(shared = true)
class JobScriptsTest {
    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = ScriptPool.open(redis, prefix.name("pool"));
        pool.join("w1");
    }

    @AfterEach
    void check() {
        pool.invariants.check();
        pool.close();
    }

    private Admission admit(Request request) throws InterruptedException {
        return pool.jobs.admit(pool.redis, pool.version(), "w1", "w1", request);
    }

    private static Request once(String key, String id, String digest) {
        Request plain = request(key, id);
        return ScriptPool.job(key, id, digest, plain.payload(), CLIENT, 1, Duration.ZERO, false);
    }

    private static Request delayed(String key, Duration delay) {
        Request plain = request(key, "id-" + key);
        return ScriptPool.job(key, plain.id(), "", plain.payload(), CLIENT, 5, delay, false);
    }

    private static Request urgent(String key) {
        Request plain = request(key, "id-" + key);
        return ScriptPool.job(key, plain.id(), "", plain.payload(), CLIENT, 1, Duration.ZERO, true);
    }

    private StopRequest stop(String key, String owner, String id) {
        return ScriptPool.stopOf(key, owner, id, CLIENT, "r1", "", "");
    }

    @PulseTest
    void anAcceptedJobIsInItsOwnersSetAndInboxWithAToken() throws InterruptedException {
        assertThat(admit(request("k", "d1"))).isInstanceOf(Assigned.class);
        var entry = pool.inbox("w1", "s").getFirst();
        assertThat(entry.fields())
                .containsAllEntriesOf(Map.of("k", "k", "p", "payload of k", "id", "d1", "c", CLIENT, "mx", "1"));
        assertThat(pool.hash("job:k"))
                .containsAllEntriesOf(Map.of("id", "d1", "st", "assigned", "o", "w1", "q", "1", "t", entry.field("t")));
        assertThat(pool.snapshot().members("own:w1")).containsExactly("k");
        assertThat(pool.hash("m")).containsEntry("q", "1").containsEntry("f", entry.field("t"));
        assertThat(pool.snapshot().names("d:")).isEmpty();
        pool.invariants.checkAccepted(Map.of("k", "d1"));
    }

    @PulseTest
    void tokensGrowAlsoWhenTheClockStandsStill() throws InterruptedException {
        pool.meta("f", "4000000000000000");
        assertThat(admit(request("a", "d1"))).isEqualTo(new Assigned(4_000_000_000_000_001L));
        assertThat(admit(request("b", "d2"))).isEqualTo(new Assigned(4_000_000_000_000_002L));
    }

    @PulseTest
    void tokensAreNeverLessThanTimeAfterTheCounterWasLost() throws InterruptedException {
        pool.meta("f", "0");
        long before = System.currentTimeMillis() * 1_000 - 60_000_000;
        assertThat(((Assigned) admit(request("a", "d1"))).token()).isGreaterThan(before);
    }

    @PulseTest
    void aKeyBelongsToOneDispatch() throws InterruptedException {
        admit(request("k", "d1"));
        assertThat(admit(request("k", "d2"))).isEqualTo(new JobScripts.KeyTaken("d1"));
        assertThat(pool.hash("m")).containsEntry("q", "1");
    }

    @PulseTest
    void aDispatchIdStartsOneJobAndItsOutcomeIsToldToWhoeverComesAgain() throws InterruptedException {
        long token = ((Assigned) admit(once("k", "d1", "digest"))).token();
        assertThat(admit(once("k", "d1", "digest")))
                .isEqualTo(new Joined(new JobScripts.Outcome("pending", 0, "", false)));
        assertThat(admit(once("k", "d1", "other"))).isEqualTo(new JobScripts.Conflict());
        assertThat(admit(once("other", "d1", "other"))).isEqualTo(new JobScripts.Conflict());
        var job = new OwnerScripts.Held("w1", "k", token, "d1", CLIENT);
        pool.start(job);
        assertThat(admit(once("k", "d1", "digest")))
                .isEqualTo(new Joined(new JobScripts.Outcome("started", token, "", true)));
        pool.owners.stopped(pool.redis, job, List.of(), List.of());
        assertThat(admit(once("k", "d1", "digest")))
                .isEqualTo(new Joined(new JobScripts.Outcome("stopped", token, "", true)));
        assertThat(pool.hash("m")).containsEntry("q", "0");
    }

    @PulseTest
    void aDispatchIdWhoseOutcomeIsGoneIsKnownByItsJob() throws InterruptedException {
        long token = ((Assigned) admit(once("k", "d1", "digest"))).token();
        pool.start(new OwnerScripts.Held("w1", "k", token, "d1", CLIENT));
        pool.call("DEL", pool.keys.outcome("d1"));
        assertThat(admit(once("k", "d1", "digest")))
                .isEqualTo(new Joined(new JobScripts.Outcome("started", token, "", true)));
        assertThat(admit(once("k", "d1", "other"))).isEqualTo(new JobScripts.Conflict());
        assertThat(admit(once("k", "d2", "digest"))).isEqualTo(new JobScripts.KeyTaken("d1"));
    }

    @PulseTest
    void theLimitOfQueuedJobsIsExact() throws InterruptedException {
        pool.meta("max", "2");
        var first = pool.assign("a", "w1");
        pool.assign("b", "w1");
        assertThat(admit(request("c", "d3"))).isEqualTo(new JobScripts.Full());
        pool.start(first);
        assertThat(admit(request("c", "d3"))).isInstanceOf(Assigned.class);
        assertThat(admit(request("d", "d4"))).isEqualTo(new JobScripts.Full());
    }

    @PulseTest
    void anotherRingIsToldAndNothingAccepted() throws InterruptedException {
        assertThat(pool.admit(0, "w0", request("k", "d1"))).isEqualTo(new RingChanged(1, "w1"));
        assertThat(pool.snapshot().names("job:")).isEmpty();
    }

    @PulseTest
    void withoutAWorkerAJobWaitsInTheOrderOfAcceptance() throws InterruptedException {
        for (String key : List.of("c", "a", "b")) {
            assertThat(pool.admit(1, "", request(key, "id-" + key))).isEqualTo(new JobScripts.Waiting());
        }
        assertThat(pool.snapshot().scores("wait").keySet()).containsExactly("c", "a", "b");
        assertThat(pool.hash("m")).containsEntry("q", "3").containsEntry("f", "0");
        assertThat(pool.admit(1, "", urgent("d"))).isEqualTo(new JobScripts.NoWorker());
    }

    @PulseTest
    void onHoldAndInRecoveryAJobWaitsThoughThereIsAWorker() throws InterruptedException {
        pool.meta("hold", "9007199254740991");
        assertThat(admit(request("a", "d1"))).isEqualTo(new JobScripts.Waiting());
        assertThat(admit(urgent("b"))).isEqualTo(new JobScripts.NoWorker());
        pool.meta("hold", "1");
        pool.meta("rg", "1");
        assertThat(admit(request("b", "d2"))).isEqualTo(new JobScripts.Waiting());
        pool.call("HDEL", pool.keys.meta(), "rg");
        assertThat(admit(request("c", "d3"))).isInstanceOf(Assigned.class);
    }

    @PulseTest
    void aDelayedJobWaitsForItsTimeAndTheFirstToComeIsTold() throws InterruptedException {
        assertThat(admit(delayed("a", Duration.ofHours(2)))).isEqualTo(new JobScripts.Delayed());
        assertThat(admit(delayed("b", Duration.ofHours(3)))).isEqualTo(new JobScripts.Delayed());
        assertThat(pool.snapshot().scores("due").keySet()).containsExactly("k:a", "k:b");
        // one as it joined, one for the first
        assertThat(pool.inbox("w1", "r")).hasSize(2);
        assertThat(pool.hash("job:a")).containsEntry("st", "due").containsEntry("o", "");
    }

    @PulseTest
    void whatAskTellsIsTheJobThenItsOutcomeThenNothing() throws InterruptedException {
        assertThat(pool.jobs.ask(pool.redis, "k", "d1")).isEqualTo(new JobScripts.Unknown());
        var job = pool.assign(once("k", "d1", "digest"), "w1");
        assertThat(pool.jobs.ask(pool.redis, "k", "d1"))
                .isEqualTo(new JobScripts.Record("d1", "assigned", "w1", job.token(), false, 0, 0, ""));
        assertThat(pool.jobs.ask(pool.redis, "k", "d2")).isEqualTo(new JobScripts.Unknown());
        assertThat(pool.jobs.ask(pool.redis, "k", "")).isInstanceOf(JobScripts.Record.class);
        pool.owners.fail(pool.redis, job, "boom", pool.entryIds("w1"));
        assertThat(pool.jobs.ask(pool.redis, "k", "d1"))
                .isEqualTo(new JobScripts.Outcome("failed", job.token(), "boom", false));
        pool.meta("rg", "1");
        assertThat(pool.jobs.ask(pool.redis, "k", "d2")).isEqualTo(new JobScripts.Recovering());
    }

    @PulseTest
    void aWithdrawnDispatchIsNeverAccepted() throws InterruptedException {
        assertThat(pool.jobs.withdraw(pool.redis, "k", "d1")).isEqualTo(new JobScripts.Withdrawn());
        assertThat(pool.jobs.withdraw(pool.redis, "k", "d1")).isEqualTo(new JobScripts.Withdrawn());
        assertThat(admit(request("k", "d1"))).isEqualTo(new Joined(new JobScripts.Outcome("withdrawn", 0, "", false)));
        assertThat(admit(once("k", "d1", "digest")))
                .isEqualTo(new Joined(new JobScripts.Outcome("withdrawn", 0, "", false)));
        assertThat(admit(request("k", "d2"))).isInstanceOf(Assigned.class);
    }

    @PulseTest
    void whatIsKnownIsNotWithdrawn() throws InterruptedException {
        var job = pool.assign(once("k", "d1", "digest"), "w1");
        assertThat(pool.jobs.withdraw(pool.redis, "k", "d1")).isInstanceOf(JobScripts.Record.class);
        pool.owners.stopped(pool.redis, job, List.of(), pool.entryIds("w1"));
        assertThat(pool.jobs.withdraw(pool.redis, "k", "d1"))
                .isEqualTo(new JobScripts.Outcome("stopped", job.token(), "", false));
        pool.meta("rg", "1");
        assertThat(pool.jobs.withdraw(pool.redis, "k", "d2")).isEqualTo(new JobScripts.Recovering());
    }

    @PulseTest
    void aStopIsAWishInTheRecordAndAnEntryForTheOwner() throws InterruptedException {
        var job = pool.assign("k", "w1");
        assertThat(pool.reach.stop(pool.redis, stop("k", "", "")))
                .isEqualTo(new ReachScripts.Elsewhere("w1", job.id(), ""));
        assertThat(pool.inbox("w1", "x")).isEmpty();
        assertThat(pool.reach.stop(pool.redis, stop("k", "w1", "")))
                .isEqualTo(new ReachScripts.Wished(job.id(), job.token()));
        assertThat(pool.record("k").stopWished()).isTrue();
        assertThat(pool.inbox("w1", "x").getFirst().fields())
                .containsAllEntriesOf(Map.of("k", "k", "t", "" + job.token(), "c", CLIENT, "id", "r1"));
        assertThat(pool.start(job)).isEqualTo(OwnerScripts.Started.WISHED);
    }

    @PulseTest
    void aJobWithoutOwnerIsStoppedAtOnce() throws InterruptedException {
        pool.admit(1, "", request("waiting", "d1"));
        admit(delayed("due", Duration.ofHours(1)));
        pool.owners.later(
                pool.redis,
                pool.assign("dead", "w1"),
                new OwnerScripts.Failure(Duration.ZERO, "boom", OwnerScripts.Count.ADDED, 1),
                "",
                List.of());
        for (String key : List.of("waiting", "due", "dead")) {
            assertThat(pool.reach.stop(pool.redis, stop(key, "w1", ""))).isEqualTo(new ReachScripts.StoppedAtOnce());
            assertThat(pool.reach.stop(pool.redis, stop(key, "w1", ""))).isEqualTo(new JobScripts.Unknown());
        }
        assertThat(pool.snapshot().names("job:")).isEmpty();
        assertThat(pool.hash("m")).containsEntry("q", "0");
    }

    @PulseTest
    void aWaitingDispatchThatIsStoppedHasAnOutcome() throws InterruptedException {
        pool.admit(1, "", once("k", "d1", "digest"));
        assertThat(pool.reach.stop(pool.redis, stop("k", "", "")))
                .isEqualTo(new ReachScripts.Elsewhere("", "d1", CLIENT));
        assertThat(pool.reach.stop(pool.redis, stop("k", "", "d1"))).isEqualTo(new ReachScripts.StoppedAtOnce());
        assertThat(pool.jobs.ask(pool.redis, "k", "d1")).isEqualTo(new JobScripts.Outcome("stopped", 0, "", false));
    }

    @PulseTest
    void aConditionalStopConcernsThatJobAlone() throws InterruptedException {
        var job = pool.assign("k", "w1");
        assertThat(pool.reach.stop(pool.redis, ScriptPool.stopOf("k", "w1", "", CLIENT, "r", "other", "")))
                .isEqualTo(new ReachScripts.NotYours());
        assertThat(pool.reach.stop(pool.redis, ScriptPool.stopOf("k", "w1", "", CLIENT, "r", "", "1")))
                .isEqualTo(new ReachScripts.NotYours());
        assertThat(pool.reach.stop(
                        pool.redis, ScriptPool.stopOf("k", "w1", "", CLIENT, "r", job.id(), "" + job.token())))
                .isInstanceOf(ReachScripts.Wished.class);
    }

    @PulseTest
    void inRecoveryNoStopIsAnsweredFromTheAbsenceOfARecordOrAnOwner() throws InterruptedException {
        pool.meta("rg", "1");
        assertThat(pool.reach.stop(pool.redis, stop("k", "", ""))).isEqualTo(new JobScripts.Recovering());
        admit(request("k", "d1"));
        assertThat(pool.reach.stop(pool.redis, stop("k", "", ""))).isEqualTo(new ReachScripts.Wished("d1", 0));
        assertThat(pool.record("k").stopWished()).isTrue();
    }

    @PulseTest
    void aNotificationGoesToTheOwnerWhereverThatIs() throws InterruptedException {
        var note = new ReachScripts.Notification("k", "", ScriptPool.bytes("hello"), CLIENT, "r1");
        assertThat(pool.reach.note(pool.redis, note)).isEqualTo(new JobScripts.Unknown());
        pool.admit(1, "", request("k", "d1"));
        assertThat(pool.reach.note(pool.redis, note)).isEqualTo(new ReachScripts.NotRunning());
        pool.placement.place(pool.redis, 1, List.of(new PlacementScripts.Placing("k", "d1", CLIENT, "w1")));
        assertThat(pool.reach.note(pool.redis, note)).isEqualTo(new ReachScripts.OwnedBy("w1"));
        var right = new ReachScripts.Notification("k", "w1", ScriptPool.bytes("hello"), CLIENT, "r1");
        assertThat(pool.reach.note(pool.redis, right)).isEqualTo(new ReachScripts.Noted());
        assertThat(pool.inbox("w1", "n").getFirst().fields())
                .containsAllEntriesOf(Map.of("k", "k", "p", "hello", "c", CLIENT, "id", "r1"));
        pool.meta("rg", "1");
        assertThat(pool.reach.note(pool.redis, new ReachScripts.Notification("l", "", new byte[0], CLIENT, "r2")))
                .isEqualTo(new JobScripts.Recovering());
    }

    @PulseTest
    void aPoolThatIsBeingShutDownAcceptsNothing() throws InterruptedException {
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(admit(request("k", "d1"))).isEqualTo(new Closing());
    }

    @PulseTest
    void withoutItsMetaAnIncarnationIsGoneAndNothingIsWritten() throws InterruptedException {
        pool.lose();
        assertThat(admit(request("k", "d1"))).isEqualTo(new Gone());
        assertThat(pool.jobs.ask(pool.redis, "k", "d1")).isEqualTo(new Gone());
        assertThat(pool.jobs.withdraw(pool.redis, "k", "d1")).isEqualTo(new Gone());
        assertThat(pool.reach.stop(pool.redis, stop("k", "", ""))).isEqualTo(new Gone());
        assertThat(pool.reach.note(pool.redis, new ReachScripts.Notification("k", "", new byte[0], CLIENT, "r")))
                .isEqualTo(new Gone());
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
