package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.Task;
import dev.pulse.pool.TaskResult;
import dev.pulse.pool.WorkerOptions;
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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Jobs that wait for a time are handed out when it has come, by whoever is at work. */
@RedisTest(shared = true)
class DueJobsTest {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(300);

    private final Queue<String> done = new ConcurrentLinkedQueue<>();
    private String name;
    private Pulse pulse;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        name = prefix.name("p");
        pulse = Pulse.connect(redis.uri());
    }

    @AfterEach
    void close() {
        pulse.close();
    }

    private TaskResult run(Task task) {
        done.add(task.key());
        return TaskResult.done();
    }

    private PoolNode working(Pulse of) throws InterruptedException {
        PoolNode node = of.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withQueueLimit(10_000))
                        .build());
        node.addTasks(this::run, WorkerOptions.defaults());
        return node;
    }

    @PulseTest
    void aTaskBeginsWhenItsTimeHasComeAndNoEarlier() throws InterruptedException {
        PoolNode node = working(pulse);
        for (int i = 0; i < 10; i++) {
            Instant due = Instant.now().truncatedTo(ChronoUnit.MILLIS).plus(SOON);
            node.enqueue(request("job" + i).withDelay(SOON));
            int before = i;
            await().atMost(PATIENT).pollInterval(Duration.ofMillis(10)).until(() -> done.size() > before);
            assertThat(Instant.now()).isAfterOrEqualTo(due);
        }
        assertThat(done).hasSize(10);
        assertThat(node.figures().due()).isZero();
    }

    @PulseTest
    void whatIsDueIsHandedOutThoughTheFirstInTheRingDoesNothing(TestRedis redis) throws Exception {
        try (HandWorker idle = HandWorker.join(redis.uri(), name, "w1")) {
            idle.starts = HandWorker.Starts.LEAVE;
            PoolNode node = working(pulse);
            for (int i = 0; i < 20; i++) {
                node.enqueue(request("job" + i).withDelay(SOON));
            }
            await().atMost(PATIENT).until(() -> node.figures().due() == 0);
            for (int i = 0; i < 20; i++) {
                String key = "job" + i;
                await().atMost(PATIENT).until(() -> done.contains(key) || idle.has(key));
            }
            assertThat(done).isNotEmpty().doesNotHaveDuplicates();
        }
    }

    @PulseTest
    void thousandsThatAreDueAtOnceRunOnceEach(TestRedis redis) throws Throwable {
        PoolNode node = working(pulse);
        try (Pulse other = Pulse.connect(redis.uri())) {
            working(other);
            Instant at = Instant.now().plusSeconds(2);
            List<Call<String>> calls = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                String key = "job" + i;
                calls.add(Call.begin(() -> {
                    Duration left = Duration.between(Instant.now(), at);
                    return node.enqueue(request(key).withDelay(left.isNegative() ? Duration.ZERO : left));
                }));
            }
            for (Call<String> call : calls) {
                call.get();
            }
            await().atMost(PATIENT).until(() -> done.size() >= 3_000);
            assertThat(done).hasSize(3_000).doesNotHaveDuplicates();
            await().atMost(PATIENT).untilAsserted(() -> assertThat(node.jobs()).isEmpty());
            assertThat(node.figures().queued()).isZero();
        }
    }

    @PulseTest
    void whatIsDueInAPausedPoolBeginsWhenItGoesOn() throws InterruptedException {
        PoolNode node = working(pulse);
        node.pause();
        node.enqueue(request("job").withDelay(Duration.ofMillis(10)));
        Instant due = node.job("job").flatMap(JobInfo::due).orElseThrow();
        await().atMost(PATIENT).until(() -> Instant.now().isAfter(due));
        assertThat(node.job("job").orElseThrow().state()).isEqualTo(JobInfo.State.DUE);
        assertThat(done).isEmpty();
        node.resume();
        await().atMost(PATIENT).until(() -> done.contains("job"));
    }

    @PulseTest
    void somebodyElsesAmongThemHoldNothingUp(TestRedis redis) throws InterruptedException {
        PoolNode node = working(pulse);
        try (RespClient raw = redis.client();
                Caller caller = Caller.of(redis.uri(), name)) {
            String due = caller.pool().keys().due();
            for (int i = 0; i < 150; i++) {
                raw.call("ZADD", due, "1", "somebody else's " + i);
            }
            raw.call("ZADD", due, "1", "m");
            raw.call("ZADD", due, "1", "k:ghost");
            node.enqueue(request("job").withDelay(SOON));
            await().atMost(PATIENT).until(() -> done.contains("job"));
            // dropped, and counted
            await().atMost(PATIENT).until(() -> Long.valueOf(0).equals(raw.call("ZCARD", due)));
            assertThat(node.figures().dropped()).isEqualTo(151);
        }
    }
}
