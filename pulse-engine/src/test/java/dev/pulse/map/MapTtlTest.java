package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Maps that live for a time: it is set with the write, and replicas notice its end. */
@RedisTest(shared = true)
class MapTtlTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private Pulse pulse;
    private RawMap raw;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        raw = new RawMap(redis.client(), prefix.name("m"));
    }

    @AfterEach
    void close() {
        raw.raw().close();
        pulse.close();
    }

    private ReplicatedMap<String> join(MapTtl ttl) throws InterruptedException {
        return pulse.map(
                raw.name(), Codecs.string(), MapOptions.builder().ttl(ttl).build());
    }

    private long pttl() {
        return raw.number("PTTL", raw.content());
    }

    @PulseTest
    void anAbsoluteOneBeginsWithTheFirstWriteAndAnewAfterAReset() throws InterruptedException {
        ReplicatedMap<String> map = join(MapTtl.absolute(HOUR));
        map.set("a", "1");
        assertThat(pttl()).isBetween(1L, HOUR.toMillis());
        raw.raw().call("PEXPIRE", raw.content(), "100000");
        map.set("a", "2");
        map.inc("n", 1);
        map.setIfAbsent("b", "1");
        map.testAndSet("b", "1", "2");
        map.testAndDelete("b", "2");
        map.delete("n");
        map.lists().append("l", List.of("x"));
        map.lists().appendUnique("l", List.of("y"));
        map.lists().remove("l", List.of("x"));
        assertThat(pttl()).isBetween(1L, 100_000L);
        for (boolean destroy : List.of(false, true)) {
            if (destroy) {
                map.destroy();
            } else {
                map.reset();
            }
            assertThat(pttl()).isEqualTo(-1);
            map.set("a", "3");
            assertThat(pttl()).isBetween(100_001L, HOUR.toMillis());
        }
    }

    @PulseTest
    void aSlidingOneBeginsAnewWithEachChange() throws InterruptedException {
        ReplicatedMap<String> map = join(MapTtl.sliding(HOUR));
        map.set("n", "1");
        List<Write> writes = List.of(
                () -> map.set("a", "2"),
                () -> map.inc("n", 1),
                () -> map.setIfAbsent("b", "1"),
                () -> map.testAndSet("b", "1", "2"),
                () -> map.testAndDelete("b", "2"),
                () -> map.delete("n"),
                () -> map.lists().append("l", List.of("x")),
                () -> map.lists().appendUnique("l", List.of("y")),
                () -> map.lists().remove("l", List.of("x")));
        for (Write write : writes) {
            raw.raw().call("PEXPIRE", raw.content(), "100000");
            write.run();
            assertThat(pttl()).as("write %s", writes.indexOf(write)).isGreaterThan(100_000);
        }
    }

    private interface Write {
        void run() throws InterruptedException;
    }

    @PulseTest
    void withoutOneTheMapLivesForEver() throws InterruptedException {
        ReplicatedMap<String> map = join(MapTtl.none());
        map.set("a", "1");
        assertThat(pttl()).isEqualTo(-1);
    }

    @PulseTest
    void replicasNoticeTheEndLongBeforeTheirNextCheck() throws InterruptedException {
        ReplicatedMap<String> writer = join(MapTtl.absolute(Duration.ofSeconds(2)));
        for (int i = 0; i < 2; i++) {
            writer.setAndWait("a", "1");
            // one that joins while there is an end in sight
            ReplicatedMap<String> reader = join(MapTtl.none());
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> writer.snapshot().equals(Map.of())
                            && reader.snapshot().equals(Map.of()));
            assertThat(writer.revision()).isZero();
            reader.close();
        }
        assertThat(writer.figures().gaps()).isZero();
        // it was known when
        assertThat(writer.figures().regressions()).isZero();
    }

    @PulseTest
    void anEndThatIsSetLaterIsNoticedByReplicasThatSetNone() throws InterruptedException {
        ReplicatedMap<String> reader = join(MapTtl.none());
        ReplicatedMap<String> writer = join(MapTtl.absolute(Duration.ofSeconds(4)));
        writer.set("a", "1");
        await().atMost(LONG).until(() -> "1".equals(reader.get("a")));
        // the check alone would take half of its 30 s at least
        await().atMost(Duration.ofSeconds(12)).until(() -> reader.snapshot().equals(Map.of()));
    }
}
