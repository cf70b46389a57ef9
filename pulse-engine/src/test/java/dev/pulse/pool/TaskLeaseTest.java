package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tasks whose worker cannot renew its lease, or whose Redis forgets what it knew. */
@RedisTest
class TaskLeaseTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final TaskHands hands = new TaskHands();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private String name;
    private Pulse pulse;
    private PoolNode node;
    private Worker worker;
    private RespClient client;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        name = prefix.name("p");
        // a lease is not to wait for calls that take longer
        pulse = Pulse.builder()
                .uri(redis.uri())
                .commandTimeout(Duration.ofMinutes(1))
                .connect();
        node = pulse.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings ->
                                settings.withLease(Duration.ofSeconds(4)).withStopTimeout(Duration.ofMillis(500)))
                        .build());
        hands.onAny(task -> {
            mayEnd.await();
            return TaskResult.done("result".getBytes(StandardCharsets.UTF_8));
        });
        worker = node.addTasks(hands, WorkerOptions.defaults());
        client = redis.client();
        node.dispatch(JobRequest.of("a", new byte[0]).withId("order"));
        await().atMost(LONG).until(() -> hands.running().contains("a"));
    }

    @AfterEach
    void close(EmbeddedRedis redis) {
        redis.resume();
        mayEnd.countDown();
        try (RespClient raws = client;
                Pulse closing = pulse) {
            new PoolInvariants(raws, new RawPool(raws, name).keys()).check();
        }
    }

    private String outcome(String field) {
        return String.valueOf(
                client.call("HGET", new RawPool(client, name).keys().outcome("order"), field));
    }

    private void awaitDone() {
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(outcome("st")).isEqualTo("done"));
        assertThat(outcome("res")).isEqualTo("result");
        assertThat(new RawPool(client, name).record("a")).isEmpty();
    }

    @PulseTest
    void withoutABeatATaskIsInterruptedBeforeTheLeaseEndsAndBeginsAnew(EmbeddedRedis redis) {
        Task first = hands.task("a");
        redis.pause();
        await().atMost(LONG).until(() -> hands.running().isEmpty());
        assertThat(first.isStopping()).isTrue();
        redis.resume();
        await().atMost(LONG).until(() -> hands.history().contains("a 2"));
        assertThat(first.leased()).isFalse();
        assertThat(hands.task("a").fencingToken()).isGreaterThan(first.fencingToken());
        mayEnd.countDown();
        awaitDone();
        assertThat(hands.history()).containsExactly("a 1", "a 2");
        assertThat(worker.figures().failedAttempts()).isZero();
    }

    @PulseTest
    void whatRunsGoesOnWithItsAttemptWhenRedisHasLostAll() throws InterruptedException {
        long token = hands.task("a").fencingToken();
        client.call("FLUSHALL");
        await().atMost(LONG).ignoreExceptions().untilAsserted(() -> {
            Map<String, String> record = new RawPool(client, name).record("a");
            assertThat(record)
                    .containsEntry("st", "running")
                    .containsEntry("a", "1")
                    .containsEntry("t", Long.toString(token));
        });
        assertThat(node.job("a").map(JobInfo::worker)).isPresent();
        mayEnd.countDown();
        awaitDone();
        assertThat(hands.history()).containsExactly("a 1");
    }

    @PulseTest
    void whatReturnsWhileRedisHasLostAllIsDoneOnce() {
        client.call("FLUSHALL");
        mayEnd.countDown();
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(worker.keys()).isEmpty());
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(node.workers()).hasSize(1));
        awaitDone();
        assertThat(hands.history()).containsExactly("a 1");
    }

    @PulseTest
    void whatWasInterruptedAfterALossOfStateGoesOnElsewhere() throws InterruptedException {
        client.call("FLUSHALL");
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(new RawPool(client, name).record("a")).containsEntry("st", "running"));
        TaskHands others = new TaskHands();
        node.addTasks(others, WorkerOptions.defaults());
        worker.close(Duration.ofMillis(50));
        await().atMost(LONG).until(() -> others.history().contains("a 1"));
    }
}
