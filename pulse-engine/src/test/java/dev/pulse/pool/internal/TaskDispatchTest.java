package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.SHORT;
import static dev.pulse.pool.internal.Caller.bytes;
import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.DispatchConflictException;
import dev.pulse.JobExistsException;
import dev.pulse.JobFailedException;
import dev.pulse.NoWorkerException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.QueueFullException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.TaskResult;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** A task is asked for, and nobody waits, or somebody waits until it has ended. */
@RedisTest
class TaskDispatchTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static void assertDone(Outcome outcome, String result) {
        assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.result().orElseThrow()).isEqualTo(bytes(result));
        assertThat(outcome.error()).isEmpty();
    }

    @PulseTest
    void anEnqueuedJobIsAcceptedAndNobodyIsToldOfIt(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.starts = HandWorker.Starts.LEAVE;
            String id = caller.dispatching.enqueue(request("job").withAttempts(3));
            assertThat(caller.listing.job("job").orElseThrow().id()).isEqualTo(id);
            await().atMost(PATIENT).until(() -> worker.has("job"));
            assertThat(worker.seen("s", "job").getFirst())
                    .containsEntry("c", "")
                    .containsEntry("mx", "3")
                    .containsEntry("p", "payload of job");
            worker.beginTask("job");
            worker.finish("job", "result");
            assertThat(caller.listing.job("job")).isEmpty();
            // nothing but the record of the pool, its meta and what its worker has
            assertThat(raw.list("KEYS", "*" + pool + "}*re:*")).isEmpty();
            assertThat(raw.list("KEYS", "*" + pool + "}*:d:*")).isEmpty();
        }
    }

    @PulseTest
    void anEnqueuedIdIsOneJobAndItsOutcomeHasTheResult(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        JobRequest request = request("job").withId("once");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            assertThat(caller.dispatching.enqueue(request)).isEqualTo("once");
            assertThat(caller.dispatching.enqueue(request)).isEqualTo("once");
            assertThat(caller.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.PENDING);
            worker.beginTaskWhenThere("job");
            assertThat(caller.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.STARTED);
            worker.finish("job", "result");
            assertThat(caller.dispatching.enqueue(request)).isEqualTo("once");
            assertThat(worker.seen("s", "job")).hasSize(1);
            assertDone(caller.outcomes.of("once").orElseThrow(), "result");
            assertDone(caller.outcomes.withdraw("job", "once"), "result");
            assertDone(caller.dispatching.dispatchAndWait(request, PATIENT), "result");
        }
    }

    @PulseTest
    void whatAPoolDoesNotTakeIsNotEnqueued(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool, SHORT, PoolSettings.DEFAULTS.withQueueLimit(1))) {
            assertThatExceptionOfType(NoWorkerException.class)
                    .isThrownBy(() -> caller.dispatching.enqueue(request("job").needingWorker()));
            caller.outcomes.withdraw("job", "withdrawn");
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> caller.dispatching.enqueue(request("job").withId("withdrawn")))
                    .withMessageContaining("withdrawn");
            assertThat(caller.dispatching
                            .dispatchAndWait(request("job").withId("withdrawn"), PATIENT)
                            .state())
                    .isEqualTo(Outcome.State.WITHDRAWN);
            caller.dispatching.enqueue(request("job").withId("once"));
            assertThatExceptionOfType(JobExistsException.class)
                    .isThrownBy(() -> caller.dispatching.enqueue(request("job")));
            assertThatExceptionOfType(DispatchConflictException.class)
                    .isThrownBy(
                            () -> caller.dispatching.enqueue(request("other").withId("once")));
            for (JobRequest more : List.of(request("more"), request("more").withDelay(Duration.ofDays(1)))) {
                assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> caller.dispatching.enqueue(more));
            }
            assertThat(caller.listing.jobs()).hasSize(1);
        }
    }

    @PulseTest
    void whatContradictsItselfIsRefused(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Caller caller = Caller.of(redis.uri(), prefix.name("p"))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job").withDelay(Duration.ofSeconds(5))))
                    .withMessageContaining("enqueued")
                    .withMessageContaining("PT5S");
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> caller.dispatching.enqueue(request("job").withdrawnWhenLate()))
                    .withMessageContaining("withdrawn when it is late");
            for (Duration timeout : List.of(Duration.ZERO, Duration.ofHours(25))) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> caller.dispatching.dispatchAndWait(request("job"), timeout))
                        .withMessageContaining("timeout is PT0.001S to PT24H")
                        .withMessageContaining(timeout.toString());
            }
            for (int most : List.of(0, 1_001)) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> caller.listing.dead(most))
                        .withMessageContaining("most is 1 to 1000");
            }
            assertThat(caller.listing.jobs()).isEmpty();
        }
    }

    @PulseTest
    void largeResultsThatWereReadDoNotStayInRedis(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.starts = HandWorker.Starts.LEAVE;
            String result = "x".repeat(TaskResult.MOST_BYTES);
            for (int i = 0; i < 40; i++) {
                String key = "job" + i;
                Call<Outcome> call = caller.waitingForEnd(request(key));
                worker.beginTaskWhenThere(key);
                worker.finish(key, result);
                assertDone(call.get(), result);
            }
            String replies = caller.pool().keys().replies(caller.answers.client());
            await().atMost(PATIENT)
                    .untilAsserted(
                            () -> assertThat((Long) raw.call("XLEN", replies)).isBetween(1L, 20L));
        }
    }

    @PulseTest
    void aDelayedJobWaitsForItsTimeAndTellsIt(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.DO;
            Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            caller.dispatching.enqueue(request("late").withDelay(Duration.ofDays(3)));
            Call<Outcome> call = caller.waitingForEnd(request("soon").withDelay(Duration.ofMillis(300)));
            await().atMost(PATIENT).until(() -> caller.listing.job("soon").isPresent());
            JobInfo late = caller.listing.job("late").orElseThrow();
            assertThat(late.state()).isEqualTo(JobInfo.State.DUE);
            assertThat(late.due().orElseThrow())
                    .isBetween(before.plus(Duration.ofDays(3)), Instant.now().plus(Duration.ofDays(3)));
            assertThat(late.died()).isEmpty();
            assertThat(caller.listing.jobs()).contains(late);
            await().atMost(PATIENT).pollInterval(Duration.ofMillis(20)).until(() -> {
                worker.place();
                return call.isDone();
            });
            assertDone(call.get(), "result of soon");
            assertThat(Instant.now()).isAfterOrEqualTo(before.plusMillis(300));
            assertThat(caller.overview.figures().due()).isEqualTo(1);
            assertThat(caller.stop("late")).isTrue();
        }
    }

    @PulseTest
    void whoWaitsForTheEndGetsTheResult(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            JobRequest once = request("once").withId("id");
            Call<Outcome> plain = caller.waitingForEnd(request("plain"));
            List<Call<Outcome>> calls = new ArrayList<>(List.of(caller.waitingForEnd(once)));
            worker.beginTaskWhenThere("plain");
            worker.beginTaskWhenThere("once");
            // also who comes when it has begun
            calls.add(caller.waitingForEnd(once));
            calls.add(other.waitingForEnd(once));
            assertThat(other.dispatching.dispatch(once).fencingToken()).isPositive();
            worker.finish("plain", "");
            worker.finish("once", "result");
            assertDone(plain.get(), "");
            for (Call<Outcome> call : calls) {
                assertDone(call.get(), "result");
                assertThat(call.get().fencingToken())
                        .isEqualTo(calls.getFirst().get().fencingToken());
            }
            assertThat(worker.seen("s", "once")).hasSize(1);
        }
    }

    @PulseTest
    void anEndThatIsNoSuccessIsAnOutcomeToo(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            for (boolean hasId : List.of(true, false)) {
                List<Call<Outcome>> calls = new ArrayList<>();
                for (String key : List.of("failed", "stopped", "dead")) {
                    calls.add(caller.waitingForEnd(hasId ? request(key).withId("id of " + key) : request(key)));
                    await().atMost(PATIENT).until(() -> worker.has(key));
                }
                worker.fail("failed", "start threw");
                worker.beginTask("stopped");
                assertThat(caller.stop("stopped")).isTrue();
                worker.beginTask("dead");
                worker.later("dead", 1);
                Outcome failed = calls.get(0).get();
                assertThat(failed.state()).isEqualTo(Outcome.State.FAILED);
                assertThat(failed.error()).contains("start threw");
                assertThat(calls.get(1).get().state()).isEqualTo(Outcome.State.STOPPED);
                Outcome dead = calls.get(2).get();
                assertThat(dead.state()).isEqualTo(Outcome.State.DEAD);
                assertThat(dead.error()).contains("not now");
                assertThat(dead.result()).isEmpty();
                assertThat(caller.stop("dead")).isTrue();
            }
        }
    }

    @PulseTest
    void whoWaitsForTheEndOfAServiceWaitsUntilItIsStopped(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            for (JobRequest request : List.of(request("plain"), request("once").withId("id"))) {
                Call<Outcome> call = caller.waitingForEnd(request);
                await().atMost(PATIENT)
                        .until(() -> other.listing
                                .job(request.key())
                                .filter(job -> job.state() == JobInfo.State.RUNNING)
                                .isPresent());
                assertThat(other.stop(request.key())).isTrue();
                assertThat(call.get().state()).isEqualTo(Outcome.State.STOPPED);
            }
            await().atMost(PATIENT).until(() -> !worker.has("plain"));
        }
    }

    @PulseTest
    void whatHasNotEndedInTimeGoesOn(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() ->
                            caller.dispatching.dispatchAndWait(request("once").withId("id"), SHORT))
                    .withMessageContaining("had not ended within " + SHORT)
                    .withMessageContaining("assigned to w1, and goes on")
                    .withMessageContaining("outcome(\"id\")");
            worker.beginTask("once");
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> caller.dispatching.dispatchAndWait(
                            request("once").withId("id").withdrawnWhenLate(), SHORT))
                    .withMessageContaining("running on w1, and goes on");
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> caller.dispatching.dispatchAndWait(request("plain"), SHORT))
                    .withMessageContaining("job(\"plain\")");
            worker.finish("once", "result");
            assertDone(caller.outcomes.of("id").orElseThrow(), "result");
        }
    }

    @PulseTest
    void whatHasNotBegunInTimeIsWithdrawnIfThatIsWanted(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Caller caller = Caller.of(redis.uri(), prefix.name("p"))) {
            Outcome late = caller.dispatching.dispatchAndWait(request("job").withdrawnWhenLate(), SHORT);
            assertThat(late.state()).isEqualTo(Outcome.State.WITHDRAWN);
            assertThat(late.error().orElseThrow()).contains(SHORT.toString());
            assertThat(caller.listing.jobs()).isEmpty();
        }
    }

    @PulseTest
    void deadJobsAreListedTriedAnewAndGivenUp(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.starts = HandWorker.Starts.LEAVE;
            assertThat(caller.listing.dead(10)).isEmpty();
            assertThat(caller.retrying.retry("none")).isFalse();
            for (int i = 0; i < 5; i++) {
                String key = "job" + i;
                caller.dispatching.enqueue(request(key).withId("id of " + key));
                worker.beginTaskWhenThere(key);
                worker.later(key, 1);
                // one dies a second after the other
                raw.call("ZADD", caller.pool().keys().dead(), Integer.toString(1_000 * (i + 1)), key);
            }
            // somebody else's
            raw.call("ZADD", caller.pool().keys().dead(), "9000", "ghost");
            assertThat(caller.listing.dead(3).stream().map(JobInfo::key)).containsExactly("job4", "job3", "job2");
            List<JobInfo> dead = caller.listing.dead(1_000);
            assertThat(dead.stream().map(JobInfo::key)).containsExactly("job4", "job3", "job2", "job1", "job0");
            JobInfo last = dead.getFirst();
            assertThat(last.state()).isEqualTo(JobInfo.State.DEAD);
            assertThat(last.died()).contains(Instant.ofEpochSecond(5));
            assertThat(last.due()).isEmpty();
            assertThat(last.attempts()).isEqualTo(2);
            assertThat(last.error()).contains("not now");
            assertThat(caller.outcomes.of("id of job4").orElseThrow().state()).isEqualTo(Outcome.State.DEAD);

            assertThat(caller.retrying.retry("job4")).isTrue();
            assertThat(caller.retrying.retry("job4")).isFalse();
            assertThat(caller.listing.job("job4").orElseThrow().attempts()).isZero();
            worker.starts = HandWorker.Starts.DO;
            Call<Outcome> call = caller.waitingForEnd(request("job4").withId("id of job4"));
            worker.place();
            assertDone(call.get(), "result of job4");

            assertThat(caller.stop("job3")).isTrue();
            assertThat(caller.outcomes.of("id of job3").orElseThrow().state()).isEqualTo(Outcome.State.STOPPED);
            assertThat(caller.listing.dead(10).stream().map(JobInfo::key)).containsExactly("job2", "job1", "job0");
            raw.call("ZREM", caller.pool().keys().dead(), "ghost");
            assertThat(caller.overview.figures().dead()).isEqualTo(3);
        }
    }

    @PulseTest
    void closingEndsThoseThatWait(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Outcome> call = caller.waitingForEnd(request("job"));
            worker.beginTaskWhenThere("job");
            caller.answers.stop();
            assertThatThrownBy(call::get)
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("closed");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> caller.dispatching.enqueue(request("more")))
                    .withMessageContaining("closed");
        }
    }

    @PulseTest
    void aTaskIsDispatchedLikeAnyJob(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Dispatch> call = Call.begin(() -> caller.dispatching.dispatch(request("job")));
            worker.beginTaskWhenThere("job");
            assertThat(call.get().fencingToken()).isPositive();
        }
    }
}
