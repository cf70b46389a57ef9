package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.SHORT;
import static dev.pulse.pool.internal.Caller.bytes;
import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.JobFailedException;
import dev.pulse.NoWorkerException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.QueueFullException;
import dev.pulse.pool.PoolSettings;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Notifications go to jobs, messages to whichever worker a key belongs to. */
@RedisTest
class MessagesTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @PulseTest
    void aNotificationReachesTheJobsWorker(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker first = HandWorker.join(redis.uri(), pool, "w1")) {
            caller.dispatching.dispatch(request("job"));
            try (HandWorker second = HandWorker.join(redis.uri(), pool, "w2");
                    Caller other = Caller.of(redis.uri(), pool)) {
                // whatever the ring has: the job has not moved
                for (Caller each : List.of(caller, other)) {
                    assertThat(each.notifying.send("job", bytes("hello"))).isTrue();
                }
                await().atMost(PATIENT).until(() -> first.seen("n", "job").size() == 2);
                assertThat(first.seen("n", "job").getFirst()).containsEntry("p", "hello");
                assertThat(second.seen("n", "job")).isEmpty();
            }
        }
    }

    @PulseTest
    void aNotificationNeedsAJobThatAWorkerHas(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool, SHORT)) {
            assertThat(caller.notifying.send("job", bytes("hello"))).isFalse();
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> caller.dispatching.dispatch(request("job")));
            assertThat(caller.notifying.send("job", bytes("hello"))).isFalse();
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> caller.notifying.send("job", new byte[1_000_001]))
                    .withMessageContaining("1000000");
        }
    }

    @PulseTest
    void aMessageIsAnsweredByTheWorkerOfItsKey(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker first = HandWorker.join(redis.uri(), pool, "w1");
                HandWorker second = HandWorker.join(redis.uri(), pool, "w2")) {
            List<Call<byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String key = "key" + i;
                calls.add(Call.begin(() -> caller.sending.send(key, bytes("question of " + key), PATIENT)));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(calls.get(i).get()).isEqualTo(bytes("answer to question of key" + i));
                assertThat(first.seen("g", "key" + i).size()
                                + second.seen("g", "key" + i).size())
                        .isEqualTo(1);
            }
            assertThat(caller.overview.figures().messages()).isZero();
            first.messagesFail = true;
            second.messagesFail = true;
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> caller.sending.send("key", bytes("question"), PATIENT))
                    .withMessageContaining("key \"key\"")
                    .withMessageContaining("answer to question");
        }
    }

    @PulseTest
    void aMessageNeedsAWorkerAndRoom(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        PoolSettings narrow = PoolSettings.DEFAULTS.withQueueLimit(2);
        try (Caller caller = Caller.of(redis.uri(), pool, Caller.LONG, narrow)) {
            assertThatExceptionOfType(NoWorkerException.class)
                    .isThrownBy(() -> caller.sending.send("key", bytes("question"), PATIENT))
                    .withMessageContaining("key \"key\"");
            try (HandWorker worker = HandWorker.join(redis.uri(), pool, "w1")) {
                worker.answer = null;
                for (int i = 0; i < 2; i++) {
                    assertThatExceptionOfType(OutcomeUnknownException.class)
                            .isThrownBy(() -> caller.sending.send("key", bytes("question"), SHORT))
                            .withMessageContaining(SHORT.toString());
                }
                assertThatExceptionOfType(QueueFullException.class)
                        .isThrownBy(() -> caller.sending.send("key", bytes("question"), SHORT))
                        .withMessageContaining("2 are under way");
                assertThat(caller.overview.figures().messages()).isEqualTo(2);
            }
        }
    }

    @PulseTest
    void aMessageThatRedisLostIsNotWaitedForInVain(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            worker.answer = null;
            Call<byte[]> call = Call.begin(() -> caller.sending.send("key", bytes("question"), Duration.ofHours(1)));
            await().atMost(PATIENT).until(() -> !worker.seen("g", "key").isEmpty());
            raw.call("FLUSHALL");
            // somebody notices it
            assertThat(caller.listing.jobs()).isEmpty();
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(call::get)
                    .withMessageContaining("lost the pool's state");
        }
    }

    @PulseTest
    void wrongInputIsRefused(TestRedis redis, Prefix prefix) throws Throwable {
        try (Caller caller = Caller.of(redis.uri(), prefix.name("p"))) {
            for (Duration wrong : List.of(Duration.ZERO, Duration.ofHours(2))) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> caller.sending.send("key", bytes("question"), wrong))
                        .withMessageContaining("timeout")
                        .withMessageContaining(wrong.toString());
            }
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> caller.sending.send("", bytes("question"), PATIENT));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> caller.sending.send("key", new byte[1_000_001], PATIENT))
                    .withMessageContaining("1000001");
        }
    }
}
