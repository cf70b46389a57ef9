package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.JobFailedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.pool.Dispatch;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Replies get lost, connections break, Redis forgets, while somebody waits for a job to begin. */
@RedisTest
class DispatchFaultsTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @PulseTest
    void aJobWhoseAcceptanceWasNotHeardOfIsStillWaitedFor(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("warm"));
            worker.starts = HandWorker.Starts.LEAVE;
            for (String key : List.of("plain", "once")) {
                Losses.loseReply(proxy, key);
                Call<Dispatch> call = Call.begin(() -> caller.dispatching.dispatch(
                        key.equals("once") ? request(key).withId(prefix.name("id")) : request(key)));
                await().atMost(PATIENT).until(() -> worker.has(key));
                worker.begin(key);
                assertThat(call.get().fencingToken())
                        .isEqualTo(caller.listing.job(key).orElseThrow().fencingToken());
                assertThat(worker.seen("s", key)).hasSize(1);
            }
        }
    }

    @PulseTest
    void aJobThatBeganAndEndedWhileItsAcceptanceWasLostHasBegun(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("warm"));
            worker.starts = HandWorker.Starts.LEAVE;
            proxy.passReplies((out, bytes, length) -> {
                throw new IOException("lost");
            });
            Call<Dispatch> call = Call.begin(() -> caller.dispatching.dispatch(request("job")));
            await().atMost(PATIENT).until(() -> worker.has("job"));
            worker.begin("job");
            assertThat(other.stop("job")).isTrue();
            assertThat(other.listing.job("job")).isEmpty();
            proxy.passReplies(Passage.free());
            assertThat(call.get().fencingToken()).isPositive();
        }
    }

    @PulseTest
    void aDispatchThatNeverArrivedIsKnownNeverToBegin(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("warm"));
            Losses.loseRequest(proxy, "job");
            assertThatExceptionOfType(RedisUnavailableException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job")))
                    .withMessageContaining("was not accepted, and never will be");
            assertThat(worker.seen("s", "job")).isEmpty();
            assertThat(caller.listing.job("job")).isEmpty();
        }
    }

    @PulseTest
    void withRedisOutOfReachItIsSaidWhatIsKnown(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.hurried(proxy.uri(), pool);
                Caller other = Caller.of(redis.uri(), pool)) {
            assertThat(caller.stop("warm")).isFalse();
            proxy.cut();
            assertThatThrownBy(() -> caller.dispatching.dispatch(request("job")))
                    .isInstanceOfAny(RedisUnavailableException.class, OutcomeUnknownException.class);
            assertThatExceptionOfType(RedisUnavailableException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job")));
            assertThat(other.listing.jobs()).isEmpty();
        }
    }

    @PulseTest
    void whatNoReplyToldIsAskedFor(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.tells = false;
            assertThat(caller.dispatching.dispatch(request("job")).fencingToken())
                    .isEqualTo(caller.listing.job("job").orElseThrow().fencingToken());
            assertThat(caller.stop("job")).isTrue();
            worker.starts = HandWorker.Starts.FAIL;
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(
                            () -> caller.dispatching.dispatch(request("failing").withId("once")))
                    .withMessageContaining("start threw");
            // nobody keeps what became of one without an id
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("failing")))
                    .withMessageContaining("without a trace");
        }
    }

    @PulseTest
    void repliesThatCameWhileTheirConnectionWasCutAreHeard(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Caller caller = Caller.of(proxy.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            worker.starts = HandWorker.Starts.LEAVE;
            List<Call<Dispatch>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String key = "job" + i;
                calls.add(Call.begin(() -> caller.dispatching.dispatch(request(key))));
                await().atMost(PATIENT).until(() -> worker.has(key));
            }
            proxy.cut();
            for (int i = 0; i < 50; i++) {
                if (i % 2 == 0) {
                    worker.begin("job" + i);
                } else {
                    worker.fail("job" + i, "start threw");
                }
            }
            proxy.heal();
            for (int i = 0; i < 50; i++) {
                Call<Dispatch> call = calls.get(i);
                if (i % 2 == 0) {
                    assertThat(call.get().fencingToken()).isPositive();
                } else {
                    assertThatExceptionOfType(JobFailedException.class)
                            .isThrownBy(call::get)
                            .withMessageContaining("start threw");
                }
            }
        }
    }

    @PulseTest
    void aLostStreamOfRepliesIsMadeAgainByTheNextBeat(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            caller.dispatching.dispatch(request("warm"));
            String replies = caller.pool().keys().replies(caller.answers.client());
            assertThat((Long) raw.call("PTTL", replies)).isPositive();
            raw.call("DEL", replies);
            assertThat(caller.dispatching.dispatch(request("asked")).fencingToken())
                    .isPositive();
            assertThat(((MemberScripts.Alive)
                                    caller.pool().members().beat(caller.redis, caller.answers.client(), List.of()))
                            .repliesMade())
                    .isTrue();
            caller.answers.repliesLost();
            assertThat(caller.dispatching.dispatch(request("told")).fencingToken())
                    .isPositive();
        }
    }

    @PulseTest
    void afterALossOfStateADispatchWithAnIdIsSentAgain(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.starts = HandWorker.Starts.LEAVE;
            Call<Dispatch> plain = Call.begin(() -> caller.dispatching.dispatch(request("plain")));
            Call<Dispatch> once =
                    Call.begin(() -> caller.dispatching.dispatch(request("once").withId("id")));
            await().atMost(PATIENT).until(() -> worker.has("plain") && worker.has("once"));
            raw.call("FLUSHALL");
            worker.starts = HandWorker.Starts.BEGIN;
            worker.follow();
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(plain::get)
                    .withMessageContaining("lost the pool's state");
            // it may have been sent again before the worker was there
            await().atMost(PATIENT).pollInterval(Duration.ofMillis(50)).until(() -> {
                worker.place();
                return once.isDone();
            });
            assertThat(once.get().fencingToken()).isPositive();
            assertThat(caller.outcomes.of("id").orElseThrow().state()).isEqualTo(Outcome.State.STARTED);
            assertThat(caller.listing.job("plain")).isEmpty();
            assertThat(caller.listing.job("once").orElseThrow().state()).isEqualTo(JobInfo.State.RUNNING);
        }
    }

    @PulseTest
    void nonsenseAmongTheRepliesStopsNothing(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            caller.dispatching.dispatch(request("warm"));
            String replies = caller.pool().keys().replies(caller.answers.client());
            raw.call("XADD", replies, "*", "foo", "bar");
            raw.call("XADD", replies, "*", "y", "d", "id", "nobody", "st", "odd", "t", "none");
            assertThat(caller.dispatching.dispatch(request("job")).fencingToken())
                    .isPositive();
            assertThat(worker.has("job")).isTrue();
        }
    }

    @PulseTest
    void anInterruptAtAnyMomentLeavesNobodyInError(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
            Map<String, Class<?>> ends = new ConcurrentHashMap<>();
            for (int i = 0; i < 200; i++) {
                String key = "job" + i;
                JobRequest request = i % 2 == 0 ? request(key) : request(key).withId("id of " + key);
                Call<Boolean> call = Call.begin(() -> {
                    try {
                        caller.dispatching.dispatch(request);
                        ends.put(key, Dispatch.class);
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
            Set<String> begun = caller.listing.jobs().stream().map(JobInfo::key).collect(Collectors.toSet());
            ends.forEach((key, end) -> {
                if (end == Dispatch.class) {
                    assertThat(begun).contains(key);
                } else if (end == InterruptedException.class) {
                    assertThat(begun).doesNotContain(key);
                }
            });
            await().atMost(PATIENT).until(() -> caller.overview.figures().queued() == 0);
            assertThat(worker.seen("s", "job0").size()).isLessThanOrEqualTo(1);
        }
    }
}
