package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.SHORT;
import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.JobFailedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.Outcome;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Passage;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Jobs are stopped, wherever they are, and somebody waits until nothing of them runs. */
@RedisTest
class StoppingTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @PulseTest
    void aStopReturnsWhenItsJobHasEnded(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("job").withId("once"));
            worker.stops = false;
            Call<Boolean> call = Call.begin(() -> caller.stop("job"));
            await().atMost(PATIENT).until(() -> !worker.seen("x", "job").isEmpty());
            assertThat(caller.listing.job("job").orElseThrow().stopping()).isTrue();
            assertThat(call.isDone()).isFalse();
            worker.stops = true;
            // asked for again, for nobody said that it had come
            assertThat(call.get()).isTrue();
            assertThat(caller.listing.job("job")).isEmpty();
            assertThat(caller.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.STOPPED);
            assertThat(caller.stop("job")).isFalse();
        }
    }

    @PulseTest
    void whatNoWorkerHasIsStoppedAtOnce(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool, SHORT)) {
            for (String id : List.of("", "once")) {
                assertThatExceptionOfType(OutcomeUnknownException.class)
                        .isThrownBy(() -> caller.dispatching.dispatch(
                                id.isEmpty() ? request("job") : request("job").withId(id)));
                assertThat(caller.stop("job")).isTrue();
                assertThat(caller.listing.job("job")).isEmpty();
            }
            assertThat(caller.outcomes.of("once").orElseThrow().state()).isEqualTo(Outcome.State.STOPPED);
            assertThat(caller.overview.figures().queued()).isZero();
            assertThat(caller.stop("job")).isFalse();
        }
    }

    @PulseTest
    void whoWaitsForAJobThatNoWorkerHasHearsOfItsStop(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool)) {
            Call<Dispatch> begin = Call.begin(() -> caller.dispatching.dispatch(request("waiting")));
            Call<Outcome> end = caller.waitingForEnd(request("waiting too"));
            Call<Outcome> late = caller.waitingForEnd(request("due").withDelay(Duration.ofMinutes(10)));
            await().atMost(PATIENT).until(() -> caller.listing.jobs().size() == 3);
            for (String key : List.of("waiting", "waiting too", "due")) {
                assertThat(other.stop(key)).isTrue();
            }
            // without an id nothing is left in Redis to ask for: only what was told says how it ended
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(begin::get)
                    .withMessageContaining("was stopped before it had begun");
            assertThat(end.get().state()).isEqualTo(Outcome.State.STOPPED);
            assertThat(late.get().state()).isEqualTo(Outcome.State.STOPPED);
        }
    }

    @PulseTest
    void whoWaitsForATaskHearsOfItsStopBetweenItsAttempts(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Outcome> call = caller.waitingForEnd(request("task"));
            worker.beginTaskWhenThere("task");
            worker.later("task", 5);
            assertThat(caller.stop("task")).isTrue();
            assertThat(call.get().state()).isEqualTo(Outcome.State.STOPPED);
        }
    }

    @PulseTest
    void aJobThatCameLaterIsLeftAlone(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            Dispatch first = caller.dispatching.dispatch(request("job"));
            assertThat(caller.stop("job", first.id())).isTrue();
            Dispatch second = caller.dispatching.dispatch(request("job"));
            assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
            assertThat(caller.stop("job", first.id())).isFalse();
            assertThat(caller.listing.job("job").orElseThrow().id()).isEqualTo(second.id());
            assertThat(worker.has("job")).isTrue();
        }
    }

    @PulseTest
    void theOwnerIsAskedWhoeverTheRingHas(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker first = HandWorker.join(redis.uri(), pool, "w1")) {
            for (int i = 0; i < 20; i++) {
                caller.dispatching.dispatch(request("job" + i));
            }
            try (HandWorker second = HandWorker.join(redis.uri(), pool, "w2");
                    Caller other = Caller.of(redis.uri(), pool)) {
                // the other knows the new ring, where half of them belong to the second worker, which has none
                for (int i = 0; i < 20; i++) {
                    assertThat((i % 2 == 0 ? caller : other).stop("job" + i)).isTrue();
                }
                assertThat(second.seen("x", "job1")).isEmpty();
                await().atMost(PATIENT).until(() -> !first.has("job1"));
                assertThat(other.listing.jobs()).isEmpty();
            }
        }
    }

    @PulseTest
    void aStopThatIsLateGoesOn(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                Caller hasty = Caller.of(redis.uri(), pool, SHORT);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("job"));
            worker.stops = false;
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> hasty.stop("job"))
                    .withMessageContaining("job \"job\"")
                    .withMessageContaining("goes on");
            JobInfo job = caller.listing.job("job").orElseThrow();
            assertThat(job.stopping()).isTrue();
            assertThat(job.state()).isEqualTo(JobInfo.State.RUNNING);
        }
    }

    @PulseTest
    void anInterruptOrAClosingEndsTheWaitAndNotTheStop(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("job"));
            worker.stops = false;
            Call<Boolean> interrupted = Call.begin(() -> {
                assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> caller.stop("job"));
                return Thread.currentThread().isInterrupted();
            });
            await().atMost(PATIENT).until(() -> !worker.seen("x", "job").isEmpty());
            interrupted.thread().interrupt();
            assertThat(interrupted.get()).isTrue();
            int before = worker.seen("x", "job").size();
            Call<Boolean> closed = Call.begin(() -> caller.stop("job"));
            await().atMost(PATIENT).until(() -> worker.seen("x", "job").size() > before);
            caller.answers.stop();
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(closed::get)
                    .withMessageContaining("closed");
        }
    }

    @PulseTest
    void aLostReplyIsNoLoss(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("job"));
            proxy.pass((out, bytes, length) -> {
                if (new String(bytes, 0, length, StandardCharsets.ISO_8859_1).contains("job:job")) {
                    proxy.pass(Passage.free());
                    proxy.loseReplies(1);
                }
                out.write(bytes, 0, length);
            });
            // the worker may have ended it before it was asked for again
            assertThat(caller.stop("job")).isTrue();
            assertThat(caller.listing.job("job")).isEmpty();
            await().atMost(PATIENT).until(() -> !worker.has("job"));
        }
    }

    @PulseTest
    void afterALossOfStateNoStopIsAnsweredFromTheAbsenceOfARecord(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            caller.dispatching.dispatch(request("job"));
            worker.stops = false;
            Call<Boolean> wished = Call.begin(() -> caller.stop("job"));
            await().atMost(PATIENT).until(() -> !worker.seen("x", "job").isEmpty());
            raw.call("FLUSHALL");
            Call<Boolean> unknown = Call.begin(() -> caller.stop("other"));
            await().during(Duration.ofMillis(500)).atMost(PATIENT).until(() -> !unknown.isDone());
            worker.follow();
            assertThat(unknown.get()).isFalse();
            // there was one, and nobody came to say that it still runs
            assertThat(wished.get()).isTrue();
        }
    }
}
