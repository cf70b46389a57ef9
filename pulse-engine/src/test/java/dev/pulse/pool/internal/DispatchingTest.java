package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.SHORT;
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
import dev.pulse.redis.Command;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A job is asked for, and somebody waits until it has begun. */
@RedisTest
class DispatchingTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @PulseTest
    void aDispatchReturnsWhenItsJobHasBegun(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            Dispatch dispatch = caller.dispatching.dispatch(request("job"));
            JobInfo job = caller.listing.job("job").orElseThrow();
            assertThat(dispatch.key()).isEqualTo("job");
            assertThat(dispatch.id()).isEqualTo(job.id());
            assertThat(dispatch.fencingToken()).isEqualTo(job.fencingToken()).isPositive();
            assertThat(job.state()).isEqualTo(JobInfo.State.RUNNING);
            assertThat(job.worker()).contains(worker.id);
            assertThat(worker.seen("s", "job").getFirst()).containsEntry("p", "payload of job");
        }
    }

    @PulseTest
    void aStartThatThrewIsToldAndLeavesNothing(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.FAIL;
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job")))
                    .withMessageContaining("job \"job\"")
                    .withMessageContaining("start threw")
                    .withMessageContaining(pool);
            assertThat(caller.listing.job("job")).isEmpty();
        }
    }

    @PulseTest
    void aJobWaitsForAWorkerUnlessItNeedsOneNow(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool)) {
            assertThatExceptionOfType(NoWorkerException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job").needingWorker()))
                    .withMessageContaining("job \"job\"");
            Call<Dispatch> call = Call.begin(() -> caller.dispatching.dispatch(request("job")));
            await().atMost(PATIENT).until(() -> caller.listing.job("job").isPresent());
            assertThat(caller.listing.job("job").orElseThrow().state()).isEqualTo(JobInfo.State.WAITING);
            try (HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
                worker.place();
                assertThat(call.get().fencingToken()).isPositive();
            }
        }
    }

    @PulseTest
    void aKeyHasOneJobAtMost(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            Dispatch first = caller.dispatching.dispatch(request("job"));
            for (JobRequest again : List.of(request("job"), request("job").withId("other"))) {
                assertThatExceptionOfType(JobExistsException.class)
                        .isThrownBy(() -> caller.dispatching.dispatch(again))
                        .withMessageContaining("job \"job\"")
                        .withMessageContaining(first.id());
            }
            assertThat(worker.seen("s", "job")).hasSize(1);
        }
    }

    @PulseTest
    void anIdStartsOneJobWhoeverDispatchesIt(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        JobRequest request = request("job").withId("once");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            List<Call<Dispatch>> calls = new ArrayList<>();
            for (Caller each : List.of(caller, caller, other)) {
                calls.add(Call.begin(() -> each.dispatching.dispatch(request)));
            }
            await().atMost(PATIENT).until(() -> worker.has("job"));
            worker.begin("job");
            Dispatch first = calls.getFirst().get();
            for (Call<Dispatch> call : calls) {
                assertThat(call.get()).isEqualTo(first);
            }
            // it has begun meanwhile: nothing to wait for
            assertThat(other.dispatching.dispatch(request)).isEqualTo(first);
            assertThat(worker.seen("s", "job")).hasSize(1);
            assertThatExceptionOfType(DispatchConflictException.class)
                    .isThrownBy(() -> other.dispatching.dispatch(
                            JobRequest.of("job", new byte[] {1}).withId("once")))
                    .withMessageContaining("once");
            assertThatExceptionOfType(DispatchConflictException.class)
                    .isThrownBy(() -> other.dispatching.dispatch(request("job2").withId("once")));
        }
    }

    @PulseTest
    void anIdThatFailedFailsAgain(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        JobRequest request = request("job").withId("once");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.FAIL;
            for (Caller each : List.of(caller, other)) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> each.dispatching.dispatch(request))
                        .withMessageContaining("start threw");
            }
            assertThat(worker.seen("s", "job")).hasSize(1);
            assertThat(other.outcomes.of("once"))
                    .contains(new Outcome(
                            "job",
                            "once",
                            Outcome.State.FAILED,
                            caller.outcomes.of("once").orElseThrow().fencingToken(),
                            Optional.of("start threw"),
                            Optional.empty()));
        }
    }

    @PulseTest
    void anIdWhoseJobHasBegunReturnsAtOnceAlsoWhenThatHasEnded(TestRedis redis, Prefix prefix)
            throws InterruptedException {
        String pool = prefix.name("p");
        JobRequest request = request("job").withId("once");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            Dispatch first = caller.dispatching.dispatch(request);
            // that it has begun outlives the outcome, which is not kept for as long as a job runs
            assertThat(caller.redis.call(
                            Command.repeatable("DEL").key(caller.pool().keys().outcome("once"))))
                    .isEqualTo(1L);
            assertThat(caller.stop("job")).isTrue();
            assertThat(other.dispatching.dispatch(request)).isEqualTo(first);
            assertThat(other.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.STOPPED);
            assertThat(worker.seen("s", "job")).hasSize(1);
        }
    }

    @PulseTest
    void aJobThatIsStoppedBeforeItHasBegunFailsItsDispatch(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Dispatch> call = Call.begin(() -> caller.dispatching.dispatch(request("job")));
            await().atMost(PATIENT).until(() -> worker.has("job"));
            assertThat(caller.stop("job")).isTrue();
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(call::get)
                    .withMessageContaining("stopped before it had begun");
        }
    }

    @PulseTest
    void theQueueLimitIsExact(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        int limit = 20;
        int callers = 64;
        try (Caller caller =
                Caller.of(redis.uri(), pool, Duration.ofSeconds(3), PoolSettings.DEFAULTS.withQueueLimit(limit))) {
            AtomicInteger full = new AtomicInteger();
            AtomicInteger late = new AtomicInteger();
            CountDownLatch go = new CountDownLatch(1);
            List<Call<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                String key = "job" + i;
                calls.add(Call.begin(() -> {
                    go.await();
                    try {
                        caller.dispatching.dispatch(request(key));
                    } catch (QueueFullException e) {
                        assertThat(e).hasMessageContaining("20 jobs");
                        full.incrementAndGet();
                    } catch (OutcomeUnknownException e) {
                        late.incrementAndGet();
                    }
                    return true;
                }));
            }
            go.countDown();
            for (Call<Boolean> call : calls) {
                call.get();
            }
            assertThat(full).hasValue(callers - limit);
            assertThat(late).hasValue(limit);
            assertThat(caller.overview.figures().queued()).isEqualTo(limit);
            assertThat(caller.listing.jobs()).hasSize(limit);
        }
    }

    @PulseTest
    void aThousandCallersWaitAtOnce(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(
                        redis.uri(), pool, Duration.ofMinutes(1), PoolSettings.DEFAULTS.withQueueLimit(2000));
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            List<Call<Dispatch>> calls = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                String key = "job" + i;
                calls.add(Call.begin(() -> caller.dispatching.dispatch(request(key))));
            }
            for (Call<Dispatch> call : calls) {
                assertThat(call.get().fencingToken()).isPositive();
            }
            assertThat(caller.overview.figures().queued()).isZero();
        }
    }

    @PulseTest
    void aDispatchThatIsLateSaysWhereItsJobIs(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool, SHORT);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job").withId("once")))
                    .withMessageContaining("once")
                    .withMessageContaining("assigned to w1")
                    .withMessageContaining(SHORT.toString());
            assertThat(caller.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.PENDING);
            worker.begin("job");
            assertThat(caller.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.STARTED);
        }
    }

    @PulseTest
    void aDispatchThatIsLateCanBeWithdrawn(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool, SHORT)) {
            JobRequest request = request("job").withId("once").withdrawnWhenLate();
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request))
                    .withMessageContaining("withdrawn")
                    .withMessageContaining(SHORT.toString());
            assertThat(caller.listing.job("job")).isEmpty();
            try (HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
                worker.starts = HandWorker.Starts.LEAVE;
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(
                                () -> caller.dispatching.dispatch(request("job").withdrawnWhenLate()))
                        .withMessageContaining("withdrawn");
                assertThat(caller.listing.job("job")).isEmpty();
                assertThat(caller.overview.figures().queued()).isZero();
            }
        }
    }

    @PulseTest
    void anInterruptBeforeMeansNotDoneAndAfterwardsUnknown(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool)) {
            for (JobRequest request : List.of(request("plain"), request("once").withId("once"))) {
                Call<Boolean> before = Call.begin(() -> {
                    Thread.currentThread().interrupt();
                    assertThatExceptionOfType(InterruptedException.class)
                            .isThrownBy(() -> caller.dispatching.dispatch(request));
                    return true;
                });
                before.get();
                assertThat(caller.listing.job(request.key())).isEmpty();
                Call<Boolean> waiting = Call.begin(() -> {
                    assertThatExceptionOfType(OutcomeUnknownException.class)
                            .isThrownBy(() -> caller.dispatching.dispatch(request))
                            .withMessageContaining("was accepted");
                    return Thread.currentThread().isInterrupted();
                });
                await().atMost(PATIENT)
                        .until(() -> caller.listing.job(request.key()).isPresent());
                waiting.thread().interrupt();
                assertThat(waiting.get()).isTrue();
                assertThat(caller.listing.job(request.key())).isPresent();
            }
        }
    }

    @PulseTest
    void closingEndsThoseThatWait(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool)) {
            List<Call<Dispatch>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String key = "job" + i;
                calls.add(Call.begin(() -> caller.dispatching.dispatch(request(key))));
            }
            await().atMost(PATIENT).until(() -> other.listing.jobs().size() == 10);
            caller.answers.stop();
            for (Call<Dispatch> call : calls) {
                // where the reply was there, but not yet read, it is not known to have been accepted
                assertThatThrownBy(call::get)
                        .isInstanceOfAny(OutcomeUnknownException.class, IllegalStateException.class)
                        .hasMessageContaining("closed");
            }
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("more")))
                    .withMessageContaining(pool)
                    .withMessageContaining("closed");
            assertThat(other.listing.jobs()).hasSize(10);
        }
    }

    @PulseTest
    void outcomesAreReadByAnyoneAndForgottenAfterAWhile(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        PoolSettings brief = PoolSettings.DEFAULTS.withOutcomeRetention(Duration.ofSeconds(4));
        try (Caller caller = Caller.of(redis.uri(), pool, Caller.LONG, brief);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            assertThat(other.outcomes.of("once")).isEmpty();
            Dispatch dispatch = caller.dispatching.dispatch(request("job").withId("once"));
            assertThat(other.outcomes.of("once"))
                    .contains(new Outcome(
                            "job",
                            "once",
                            Outcome.State.STARTED,
                            dispatch.fencingToken(),
                            Optional.empty(),
                            Optional.empty()));
            assertThat(caller.stop("job")).isTrue();
            assertThat(other.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.STOPPED);
            await().atMost(PATIENT).until(() -> !worker.has("job"));
            await().atMost(PATIENT).until(() -> other.outcomes.of("once").isEmpty());
        }
    }

    @PulseTest
    void aWithdrawnDispatchIsNeverAccepted(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            assertThat(caller.outcomes.withdraw("job", "once").state()).isEqualTo(Outcome.State.WITHDRAWN);
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job").withId("once")))
                    .withMessageContaining("withdrawn");
            assertThat(worker.seen("s", "job")).isEmpty();
            caller.dispatching.dispatch(request("job").withId("twice"));
            assertThat(caller.outcomes.withdraw("job", "twice").state()).isEqualTo(Outcome.State.STARTED);
        }
    }

    @PulseTest
    void wrongInputIsRefusedWithNameBoundAndValue(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Caller caller = Caller.of(redis.uri(), prefix.name("p"))) {
            String longest = "k".repeat(512);
            for (String key : List.of("", longest + "k", "a\ud800b")) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> caller.dispatching.dispatch(request(key)))
                        .withMessageContaining("job key is");
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(
                                () -> caller.dispatching.dispatch(request("job").withId(key)))
                        .withMessageContaining("dispatch id is");
            }
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(JobRequest.of("job", new byte[1_000_001])))
                    .withMessageContaining("1000000 bytes")
                    .withMessageContaining("1000001");
            assertThat(caller.listing.jobs()).isEmpty();
        }
    }
}
