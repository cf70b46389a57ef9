package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.bytes;
import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Passage;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Replies get lost, connections break, Redis forgets, while tasks are enqueued, or somebody waits for their end. */
@RedisTest(appendOnly = AppendOnly.ALWAYS)
class TaskFaultsTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static void assertDone(Outcome outcome, String result) {
        assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.result().orElseThrow()).isEqualTo(bytes(result));
    }

    @PulseTest
    void anEnqueuedJobWhoseAcceptanceWasNotHeardOfIsAcceptedOnce(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            caller.dispatching.enqueue(request("warm"));
            for (JobRequest request : List.of(
                    request("plain"),
                    request("once").withId("id"),
                    request("later").withDelay(Duration.ofHours(1)))) {
                Losses.loseReply(proxy, request.key());
                String id = caller.dispatching.enqueue(request);
                assertThat(caller.listing.job(request.key()).orElseThrow().id()).isEqualTo(id);
            }
            await().atMost(PATIENT).until(() -> worker.has("plain") && worker.has("once"));
            assertThat(worker.seen("s", "plain")).hasSize(1);
            assertThat(worker.seen("s", "once")).hasSize(1);
        }
    }

    @PulseTest
    void whatIsEnqueuedAndNeverArrivedNeverBegins(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.enqueue(request("warm"));
            Losses.loseRequest(proxy, "later");
            assertThatExceptionOfType(RedisUnavailableException.class)
                    .isThrownBy(
                            () -> caller.dispatching.enqueue(request("later").withDelay(Duration.ofHours(1))))
                    .withMessageContaining("was not accepted, and never will be");
            // this one could have come, run and ended
            Losses.loseRequest(proxy, "plain");
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> caller.dispatching.enqueue(request("plain")))
                    .withMessageContaining("if it was, it has ended");
            Losses.loseRequest(proxy, "once");
            assertThat(caller.dispatching.enqueue(request("once").withId("id"))).isEqualTo("id");
            await().atMost(PATIENT).until(() -> worker.has("once"));
            assertThat(worker.seen("s", "plain")).isEmpty();
            assertThat(caller.listing.jobs().stream().map(JobInfo::key)).containsExactlyInAnyOrder("warm", "once");
        }
    }

    @PulseTest
    void theEndOfATaskWhoseAcceptanceWasNotHeardOfIsWaitedFor(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.DO;
            caller.dispatching.dispatchAndWait(request("warm"), PATIENT);
            worker.starts = HandWorker.Starts.LEAVE;
            for (String key : List.of("plain", "once")) {
                Losses.loseReply(proxy, key);
                Call<Outcome> call =
                        caller.waitingForEnd(key.equals("once") ? request(key).withId("id") : request(key));
                worker.beginTaskWhenThere(key);
                worker.finish(key, "result");
                assertDone(call.get(), "result");
                assertThat(worker.seen("s", key)).hasSize(1);
            }
        }
    }

    @PulseTest
    void whatEndedWhileAllRepliesWereLostIsHeardOf(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.DO;
            caller.dispatching.dispatchAndWait(request("warm"), PATIENT);
            for (String key : List.of("plain", "once")) {
                int done = worker.seen("s", key).size();
                proxy.passReplies((out, bytes, length) -> {
                    throw new IOException("lost");
                });
                Call<Outcome> call =
                        caller.waitingForEnd(key.equals("once") ? request(key).withId("id") : request(key));
                await().atMost(PATIENT).until(() -> worker.seen("s", key).size() > done && !worker.has(key));
                proxy.passReplies(Passage.free());
                assertDone(call.get(), "result of " + key);
                assertThat(worker.seen("s", key)).hasSize(1);
            }
        }
    }

    @PulseTest
    void endsThatCameWhileTheConnectionWasCutAreHeard(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            List<Call<Outcome>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(caller.waitingForEnd(request("job" + i)));
                worker.beginTaskWhenThere("job" + i);
            }
            proxy.cut();
            for (int i = 0; i < 50; i++) {
                if (i % 2 == 0) {
                    worker.finish("job" + i, "result of " + i);
                } else {
                    worker.later("job" + i, 1);
                }
            }
            proxy.heal();
            for (int i = 0; i < 50; i++) {
                Outcome outcome = calls.get(i).get();
                if (i % 2 == 0) {
                    assertDone(outcome, "result of " + i);
                } else {
                    assertThat(outcome.state()).isEqualTo(Outcome.State.DEAD);
                }
            }
        }
    }

    @PulseTest
    void anEndThatNobodyToldIsAskedFor(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Outcome> plain = caller.waitingForEnd(request("plain"));
            Call<Outcome> once = caller.waitingForEnd(request("once").withId("id"));
            Call<Outcome> dead = caller.waitingForEnd(request("dead"));
            for (String key : List.of("plain", "once", "dead")) {
                worker.beginTaskWhenThere(key);
            }
            raw.call("DEL", caller.pool().keys().replies(caller.answers.client()));
            worker.finish("plain", "result");
            worker.finish("once", "result");
            worker.later("dead", 1);
            // the next beat makes them again
            caller.pool().members().beat(caller.redis, caller.answers.client(), List.of());
            caller.answers.repliesLost();
            assertDone(once.get(), "result");
            assertThat(dead.get().state()).isEqualTo(Outcome.State.DEAD);
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(plain::get)
                    .withMessageContaining("nobody knows how");
        }
    }

    @PulseTest
    void aRestartOfRedisIsWaitedThrough(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Outcome> plain = caller.waitingForEnd(request("plain"));
            Call<Outcome> once = caller.waitingForEnd(request("once").withId("id"));
            worker.beginTaskWhenThere("plain");
            worker.beginTaskWhenThere("once");
            redis.embedded().restart();
            worker.finish("plain", "result of plain");
            worker.finish("once", "result of once");
            assertDone(plain.get(), "result of plain");
            assertDone(once.get(), "result of once");
        }
    }

    @PulseTest
    void afterALossOfStateATaskWithAnIdIsSentAgain(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Outcome> plain = caller.waitingForEnd(request("plain"));
            Call<Outcome> once = caller.waitingForEnd(request("once").withId("id"));
            worker.beginTaskWhenThere("plain");
            worker.beginTaskWhenThere("once");
            raw.call("FLUSHALL");
            worker.starts = HandWorker.Starts.DO;
            worker.follow();
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(plain::get)
                    .withMessageContaining("lost the pool's state");
            // it may have been sent again before the worker was there
            await().atMost(PATIENT).pollInterval(Duration.ofMillis(50)).until(() -> {
                worker.place();
                return once.isDone();
            });
            assertDone(once.get(), "result of once");
            assertThat(caller.listing.jobs()).isEmpty();
        }
    }

    @PulseTest
    void aRetryWhoseReplyWasLostIsDoneOnce(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            caller.dispatching.enqueue(request("job"));
            worker.beginTaskWhenThere("job");
            worker.later("job", 1);
            Losses.loseReply(proxy, "job");
            assertThat(caller.retrying.retry("job")).isTrue();
            assertThat(caller.overview.figures().queued()).isEqualTo(1);
            worker.starts = HandWorker.Starts.DO;
            worker.place();
            await().atMost(PATIENT).until(() -> caller.listing.jobs().isEmpty());
            assertThat(caller.overview.figures().queued()).isZero();
        }
    }

    @PulseTest
    void anInterruptAtAnyMomentLeavesNobodyInError(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.DO;
            Map<String, Class<?>> ends = new ConcurrentHashMap<>();
            for (int i = 0; i < 200; i++) {
                String key = "job" + i;
                JobRequest request = i % 2 == 0 ? request(key) : request(key).withId("id of " + key);
                boolean waits = i % 4 < 2;
                Call<Boolean> call = Call.begin(() -> {
                    try {
                        if (waits) {
                            assertDone(caller.dispatching.dispatchAndWait(request, PATIENT), "result of " + key);
                        } else {
                            caller.dispatching.enqueue(request);
                        }
                        ends.put(key, Outcome.class);
                    } catch (InterruptedException e) {
                        ends.put(key, e.getClass());
                    } catch (OutcomeUnknownException e) {
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                        ends.put(key, e.getClass());
                    }
                    return true;
                });
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(3_000_000));
                call.thread().interrupt();
                assertThat(call.get()).isTrue();
            }
            await().atMost(PATIENT).until(() -> caller.listing.jobs().isEmpty());
            ends.forEach((key, end) -> {
                int starts = worker.seen("s", key).size();
                if (end == Outcome.class) {
                    assertThat(starts).as(key).isEqualTo(1);
                } else if (end == InterruptedException.class) {
                    assertThat(starts).as(key).isZero();
                } else {
                    assertThat(starts).as(key).isLessThanOrEqualTo(1);
                }
            });
            assertThat(caller.overview.figures().queued()).isZero();
        }
    }
}
