package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.map.MapChange.Kind;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What watchers are told, and what slow and failing ones do to others. */
@RedisTest(shared = true)
class WatchTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<MapChange<String>> told = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private ReplicatedMap<String> map;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        map = pulse.map(prefix.name("m"), Codecs.string());
    }

    @AfterEach
    void close() {
        pulse.close();
    }

    private static MapChange<String> change(Kind kind, String key, String before, String now, long revision) {
        return new MapChange<>(kind, key, optional(before), optional(now), revision);
    }

    /** A hyphen stands for none. */
    private static Optional<String> optional(String value) {
        return value.equals("-") ? Optional.empty() : Optional.of(value);
    }

    @PulseTest
    void eachChangeIsToldWithItsKindOldAndNewValueAndRevision() throws InterruptedException {
        map.watch(WatchOptions.changes(), told::add);
        map.set("a", "1");
        map.set("a", "2");
        map.inc("n", 5);
        map.delete("a");
        map.reset();
        map.set("b", "3");
        map.destroy();
        await().atMost(LONG).until(() -> told.size() == 7);
        assertThat(told)
                .containsExactly(
                        change(Kind.SET, "a", "-", "1", 1),
                        change(Kind.SET, "a", "1", "2", 2),
                        change(Kind.SET, "n", "-", "5", 3),
                        change(Kind.DELETE, "a", "2", "-", 4),
                        change(Kind.RESET, "n", "5", "-", 5),
                        change(Kind.SET, "b", "-", "3", 6),
                        change(Kind.DESTROY, "b", "3", "-", 7));
    }

    @PulseTest
    void theContentComesFirstIfWanted() throws InterruptedException {
        map.set("a", "1");
        map.setAndWait("b", "2");
        map.watch(WatchOptions.contentAndChanges(), told::add);
        map.set("a", "3");
        await().atMost(LONG).until(() -> told.size() == 3);
        List<MapChange<String>> all = List.copyOf(told);
        assertThat(all.subList(0, 2))
                .containsExactlyInAnyOrder(
                        change(Kind.PRESENT, "a", "-", "1", 2), change(Kind.PRESENT, "b", "-", "2", 2));
        assertThat(all.get(2)).isEqualTo(change(Kind.SET, "a", "1", "3", 3));
    }

    @PulseTest
    void aSlowWatcherGetsChangesCoalescedPerKeyAndDelaysNobody() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        Queue<MapChange<String>> slow = new ConcurrentLinkedQueue<>();
        map.watch(WatchOptions.builder().backlog(2).build(), change -> {
            awaitUninterruptibly(goOn);
            slow.add(change);
        });
        map.watch(WatchOptions.changes(), told::add);
        for (int i = 0; i < 100; i++) {
            map.set("k" + (i % 4), "" + i);
            map.setIfAbsent("gone", "x");
            map.delete("gone");
        }
        await().atMost(LONG).until(() -> told.size() == 300);
        goOn.countDown();
        // at most one that it works on, two one by one, and one for each key
        await().atMost(LONG)
                .until(() -> slow.stream().anyMatch(change -> change.newValue().equals(Optional.of("99"))));
        map.set("last", "");
        await().atMost(LONG)
                .until(() -> slow.stream().anyMatch(change -> change.key().equals("last")));
        assertThat(slow).hasSizeLessThanOrEqualTo(3 + 5 + 1);
        assertThat(map.figures().coalesced()).isPositive();
        assertThat(lastPerKey(slow)).isEqualTo(map.snapshot());
        assertLinked(slow);
        assertLinked(told);
    }

    /** Each old value is the new one of the change before. */
    private static void assertLinked(Iterable<MapChange<String>> changes) {
        Map<String, Optional<String>> before = new HashMap<>();
        Map<String, Long> revisions = new HashMap<>();
        for (MapChange<String> change : changes) {
            assertThat(change.oldValue()).isEqualTo(before.getOrDefault(change.key(), Optional.empty()));
            before.put(change.key(), change.newValue());
            Long earlier = revisions.put(change.key(), change.revision());
            assertThat(change.revision()).isGreaterThan(earlier == null ? 0 : earlier);
        }
    }

    private static Map<String, String> lastPerKey(Iterable<MapChange<String>> changes) {
        Map<String, String> last = new HashMap<>();
        for (MapChange<String> change : changes) {
            change.newValue().ifPresentOrElse(value -> last.put(change.key(), value), () -> last.remove(change.key()));
        }
        return last;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @PulseTest
    void whatAWatcherThrowsEndsNeitherItNorOthers() throws InterruptedException {
        map.watch(WatchOptions.changes(), change -> {
            told.add(change);
            throw new AssertionError("on purpose");
        });
        map.set("a", "1");
        map.set("a", "2");
        await().atMost(LONG).until(() -> told.size() == 2);
    }

    @PulseTest
    void aWatchIsClosedFromItsOwnWatcherAndFromOutside() throws InterruptedException {
        CompletableFuture<Watch> own = new CompletableFuture<>();
        Watch watch = map.watch(WatchOptions.changes(), change -> {
            own.join().close();
            told.add(change);
        });
        own.complete(watch);
        map.set("a", "1");
        await().atMost(LONG).until(watch::isFinished);
        Watch other = map.watch(WatchOptions.changes(), told::add);
        assertThat(map.figures().watches()).isOne();
        other.close();
        other.close();
        assertThat(other.isFinished()).isTrue();
        map.setAndWait("a", "2");
        assertThat(told).hasSize(1);
        assertThat(map.figures().watches()).isZero();
    }

    @PulseTest
    void closingTheMapClosesItsWatchesAlsoFromAWatcher() throws InterruptedException {
        Watch watch = map.watch(WatchOptions.changes(), change -> map.close());
        map.set("a", "1");
        await().atMost(LONG).until(watch::isFinished);
        assertThatThrownBy(() -> map.watch(WatchOptions.changes(), told::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> map.set("a", "2")).isInstanceOf(IllegalStateException.class);
        // local reads go on with what was known last
        assertThat(map.get("a")).isEqualTo("1");
        map.close();
    }
}
