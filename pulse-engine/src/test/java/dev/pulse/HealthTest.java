package dev.pulse;

import static dev.pulse.faults.Promise.P11;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Redis answers, and yet some of the work cannot be done. */
@RedisTest
@Attacks(value = P11, by = Fault.F16)
class HealthTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private RespClient admin;
    private Pulse pulse;
    private EventStream<String> stream;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        admin = redis.client();
        admin.call("ACL", "SETUSER", "bob", "reset", "on", ">secret", "~*", "&*", "+@all");
        pulse = Pulse.builder()
                .uri(redis.embedded().uri().replace("redis://", "redis://bob:secret@"))
                .listener(told::add)
                .connect();
        stream = pulse.stream(prefix.name("s"), Codecs.string());
        stream.sink(
                        "k",
                        SinkOptions.builder()
                                .startAt(StartAt.oldest())
                                .blockTime(Duration.ofMillis(200))
                                .ackDeadline(Duration.ofMillis(400))
                                .build())
                .consume(event -> seen.add("sink " + event.payload()));
        stream.reader(ReaderOptions.builder()
                        .startAt(StartAt.oldest())
                        .blockTime(Duration.ofMillis(200))
                        .build())
                .consume(event -> seen.add("reader " + event.payload()));
        stream.add("e", "first");
        await().atMost(LONG).until(() -> seen.containsAll(List.of("sink first", "reader first")));
    }

    @AfterEach
    void close() {
        pulse.close(Duration.ofSeconds(2));
        admin.call("ACL", "DELUSER", "bob");
        admin.close();
    }

    @PulseTest
    void aLoopThatMayNotDoItsWorkShowsWhileTheOthersGoOn() throws InterruptedException {
        Instant up = pulse.health().since();
        admin.call("ACL", "SETUSER", "bob", "-xread");
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.DEGRADED);
        Health degraded = pulse.health();
        assertThat(degraded.why())
                .startsWith("reader " + stream.name())
                .contains("NOPERM")
                .contains("xread");
        assertThat(degraded.since()).isAfter(up);
        assertThat(degraded.loops())
                .filteredOn(loop -> loop.status() != Health.Status.UP)
                .hasSize(1);
        stream.add("e", "second");
        await().atMost(LONG).until(() -> seen.contains("sink second"));
        assertThat(seen).doesNotContain("reader second");

        admin.call("ACL", "SETUSER", "bob", "+xread");
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
        assertThat(pulse.health().since()).isAfter(degraded.since());
        await().atMost(LONG).until(() -> seen.contains("reader second"));
        String loop = degraded.loops().stream()
                .filter(one -> one.status() != Health.Status.UP)
                .findFirst()
                .orElseThrow()
                .name();
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(told).hasSize(2).last().isEqualTo(new PulseEvent.ConnectionRestored(loop)));
        assertThat(told.peek()).isInstanceOfSatisfying(PulseEvent.ConnectionLost.class, lost -> {
            assertThat(lost.loop()).isEqualTo(loop);
            assertThat(lost.cause()).contains("xread");
        });
    }

    @PulseTest
    void aRedisWithoutMemoryIsToldByItsNameAndComesBack() throws InterruptedException {
        admin.call("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThatExceptionOfType(RedisOutOfMemoryException.class)
                    .isThrownBy(() -> stream.add("e", "too much"))
                    .withMessageContaining("OOM");
            // the heartbeat of the sink writes
            await().atMost(LONG).until(() -> pulse.health().why().contains("OOM"));
            assertThat(pulse.health().status()).isEqualTo(Health.Status.DEGRADED);
        } finally {
            admin.call("CONFIG", "SET", "maxmemory", "0");
        }
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
        stream.add("e", "again");
        await().atMost(LONG).until(() -> seen.containsAll(List.of("sink again", "reader again")));
    }

    @PulseTest
    void loopsGoOnAfterRedisWasAReplicaForAWhile() throws InterruptedException {
        admin.call("REPLICAOF", "127.0.0.1", "1");
        try {
            await().atMost(LONG)
                    .until(() -> pulse.health().loops().stream()
                            .filter(loop -> loop.status() != Health.Status.UP)
                            .map(Health.Loop::name)
                            .toList()
                            // reading for a sink writes, reading for a reader does not
                            .containsAll(List.of(sinkLoop("read"), sinkLoop("upkeep"))));
        } finally {
            admin.call("REPLICAOF", "NO", "ONE");
        }
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
        stream.add("e", "again");
        await().atMost(LONG).until(() -> seen.containsAll(List.of("sink again", "reader again")));
    }

    private String sinkLoop(String duty) {
        return "sink " + stream.name() + "/k " + duty;
    }

    @PulseTest
    void figuresTellHowQuicklyRedisAnswers(TestRedis redis) throws InterruptedException {
        redis.embedded().pause();
        Thread adding = Thread.ofVirtual().start(() -> {
            try {
                stream.add("e", "slow");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().atMost(LONG)
                .until(() -> adding.getState() != Thread.State.NEW && adding.getState() != Thread.State.RUNNABLE);
        long begin = System.nanoTime();
        await().until(() -> System.nanoTime() - begin > 50_000_000);
        redis.embedded().resume();
        adding.join();
        PulseFigures figures = pulse.figures();
        assertThat(figures.measured()).isPositive();
        assertThat(figures.median()).isPositive().isLessThanOrEqualTo(figures.p99());
        assertThat(figures.p99()).isLessThanOrEqualTo(figures.longest());
        assertThat(figures.longest()).isGreaterThan(Duration.ofMillis(40));
    }
}
