package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.MapValueException;
import dev.pulse.Pulse;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What each operation answers, and that another process' replica has it a moment later. */
@RedisTest(shared = true)
class ReplicatedMapTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Pulse pulse;
    private Pulse another;
    private RawMap keys;
    private ReplicatedMap<String> map;
    private ReplicatedMap<String> replica;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        another = Pulse.connect(redis.uri());
        keys = new RawMap(redis.client(), prefix.name("m"));
        map = pulse.map(keys.name(), Codecs.string());
        replica = another.map(keys.name(), Codecs.string());
    }

    @AfterEach
    void close() {
        keys.raw().close();
        another.close();
        pulse.close();
    }

    private void awaitReplica(Map<String, String> content) {
        await().atMost(LONG).until(() -> replica.snapshot().equals(content));
        assertThat(keys.entries()).isEqualTo(content);
    }

    @PulseTest
    void setAnswersThePreviousValue() throws InterruptedException {
        assertThat(map.set("a", "1")).isEmpty();
        assertThat(map.set("a", "")).contains("1");
        // an empty value is one
        assertThat(map.set("a", "2")).contains("");
        awaitReplica(Map.of("a", "2"));
        assertThat(replica.get("a")).isEqualTo("2");
        assertThat(replica.get("b")).isNull();
        assertThat(replica.containsKey("a")).isTrue();
        assertThat(replica.size()).isOne();
        assertThat(replica.keys()).isEqualTo(Set.of("a"));
        assertThat(replica.revision()).isEqualTo(3);
    }

    @PulseTest
    void setAndWaitIsSeenAtOnce() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            map.setAndWait("a", "" + i);
            assertThat(map.get("a")).isEqualTo("" + i);
        }
    }

    @PulseTest
    void setIfAbsentSetsOnce() throws InterruptedException {
        assertThat(map.setIfAbsent("a", "1")).isTrue();
        assertThat(replica.setIfAbsent("a", "2")).isFalse();
        awaitReplica(Map.of("a", "1"));
    }

    @PulseTest
    void testsCompareTheValueAndAnAbsentOneEqualsNothing() throws InterruptedException {
        assertThat(map.testAndSet("a", "", "1")).isFalse();
        map.set("a", "1");
        assertThat(map.testAndSet("a", "2", "3")).isFalse();
        assertThat(map.testAndSet("a", "1", "2")).isTrue();
        assertThat(map.testAndDelete("a", "1")).isFalse();
        assertThat(map.testAndDelete("b", "")).isFalse();
        awaitReplica(Map.of("a", "2"));
        assertThat(map.testAndDelete("a", "2")).isTrue();
        awaitReplica(Map.of());
    }

    @PulseTest
    void testAndResetWantsEveryValue() throws InterruptedException {
        map.set("a", "1");
        map.set("b", "2");
        assertThat(map.testAndReset(Map.of("a", "1", "b", "1"))).isFalse();
        assertThat(map.testAndReset(Map.of("a", "1", "c", ""))).isFalse();
        awaitReplica(Map.of("a", "1", "b", "2"));
        assertThat(map.testAndReset(Map.of("a", "1", "b", "2"))).isTrue();
        awaitReplica(Map.of());
        assertThatThrownBy(() -> map.testAndReset(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }

    @PulseTest
    void deleteAnswersWhatWasThere() throws InterruptedException {
        map.set("a", "1");
        assertThat(map.delete("a")).contains("1");
        assertThat(map.delete("a")).isEmpty();
        awaitReplica(Map.of());
    }

    @PulseTest
    void incAddsExactlyAndRefusesWhatIsNoInteger() throws InterruptedException {
        assertThat(map.inc("n", 9_007_199_254_740_993L)).isEqualTo(9_007_199_254_740_993L);
        assertThat(map.inc("n", -9_007_199_254_740_994L)).isEqualTo(-1);
        map.set("n", "" + Long.MAX_VALUE);
        assertThatThrownBy(() -> map.inc("n", 1))
                .isInstanceOf(MapValueException.class)
                .hasMessageContaining("n");
        map.set("text", "x");
        assertThatThrownBy(() -> map.inc("text", 1)).isInstanceOf(MapValueException.class);
        awaitReplica(Map.of("n", "" + Long.MAX_VALUE, "text", "x"));
        assertThat(keys.revision()).isEqualTo(4);
    }

    @PulseTest
    void resetAndDestroyEmptyTheMapAndRevisionsGoOn() throws InterruptedException {
        map.set("a", "1");
        map.reset();
        awaitReplica(Map.of());
        map.set("a", "2");
        awaitReplica(Map.of("a", "2"));
        map.destroy();
        awaitReplica(Map.of());
        assertThat(keys.raw().text("HGET", keys.content(), "=kind")).isEqualTo("destroy");
        assertThat(map.setAndWait("a", "3")).isEmpty();
        assertThat(map.revision()).isEqualTo(5);
    }

    @PulseTest
    void listsGrowAndShrink() throws InterruptedException {
        Lists lists = map.lists();
        assertThat(lists.append("l", List.of())).isEmpty();
        assertThat(lists.append("l", List.of("a", "b", "a"))).containsExactly("a", "b", "a");
        assertThat(lists.append("l", List.of())).containsExactly("a", "b", "a");
        assertThat(lists.appendUnique("l", List.of("b", "c", "c")))
                .isEqualTo(new ListChange(List.of("a", "b", "a", "c"), true));
        assertThat(lists.appendUnique("l", List.of("c"))).isEqualTo(new ListChange(List.of("a", "b", "a", "c"), false));
        assertThat(lists.remove("l", List.of("a", "x"))).isEqualTo(new ListChange(List.of("b", "c"), true));
        assertThat(lists.remove("l", List.of("x"))).isEqualTo(new ListChange(List.of("b", "c"), false));
        awaitReplica(Map.of("l", "[\"b\",\"c\"]"));
        assertThat(lists.remove("l", List.of("b", "c"))).isEqualTo(new ListChange(List.of(), true));
        awaitReplica(Map.of());
        map.set("number", "17");
        assertThat(lists.append("number", List.of("18"))).containsExactly("17", "18");
        map.set("object", "{}");
        assertThatThrownBy(() -> lists.append("object", List.of("a"))).isInstanceOf(MapValueException.class);
    }

    @PulseTest
    void listsAreReadAsLists() throws InterruptedException {
        try (ReplicatedMap<List<String>> teams = pulse.map(keys.name() + "lists", Codecs.list())) {
            List<String> odd = List.of("a,b", "\"", "\\", "/", "é", "🙂", "", "\t", "\u0001", "\u007f");
            teams.lists().append("reds", odd);
            await().atMost(LONG).until(() -> odd.equals(teams.get("reds")));
            teams.set("blues", odd);
            assertThat(teams.lists().append("blues", List.of())).isEqualTo(odd);
            assertThat(teams.testAndDelete("reds", odd)).isTrue();
        }
    }

    @PulseTest
    void freshValuesComeFromRedis() throws InterruptedException {
        assertThat(replica.getFresh("a")).isEmpty();
        map.set("a", "1");
        assertThat(replica.getFresh("a")).contains("1");
        keys.raw().call("HSET", keys.content(), "a", "written past the protocol");
        assertThat(replica.getFresh("a")).contains("written past the protocol");
    }

    @PulseTest
    void badKeysAndValuesAreRefusedBeforeAnythingIsSent() {
        for (String key : List.of("", "=rev", "a=b", "\ud800", "k".repeat(65_537))) {
            assertThatThrownBy(() -> map.set(key, "1"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("map key");
            assertThatThrownBy(() -> map.getFresh(key)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> map.lists().append(key, List.of("a")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> map.set("a", "\ud800"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be encoded");
        assertThatThrownBy(() -> map.set("a", "x".repeat(16 * 1024 * 1024 + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxPayloadBytes");
        List<String> items = Collections.nCopies(17, "x".repeat(1024 * 1024));
        assertThatThrownBy(() -> map.lists().append("a", items))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxPayloadBytes");
        assertThatThrownBy(() -> map.lists().appendUnique("a", items)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pulse.map("a b", Codecs.string())).isInstanceOf(IllegalArgumentException.class);
        assertThat(keys.revision()).isZero();
    }

    @PulseTest
    void largeValuesTravel() throws InterruptedException {
        String large = "x".repeat(1024 * 1024);
        map.set("large", large);
        awaitReplica(Map.of("large", large));
    }

    @PulseTest
    void manyWritersAgree() throws InterruptedException {
        List<Thread> writers = IntStream.range(0, 64)
                .mapToObj(writer -> Thread.startVirtualThread(() -> write(writer)))
                .toList();
        for (Thread writer : writers) {
            writer.join();
        }
        await().atMost(LONG).until(() -> replica.revision() == 64 * 50 && map.revision() == 64 * 50);
        assertThat(replica.snapshot()).isEqualTo(map.snapshot()).isEqualTo(keys.entries());
        assertThat(replica.figures().gaps()).isZero();
        assertThat(replica.figures().snapshots()).isOne();
    }

    private void write(int writer) {
        try {
            for (int i = 0; i < 50; i++) {
                (i % 2 == 0 ? map : replica).set("k" + (i % 10), writer + "-" + i);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
