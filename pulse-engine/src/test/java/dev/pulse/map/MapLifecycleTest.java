package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.AccessDeniedException;
import dev.pulse.CloseResult;
import dev.pulse.Pulse;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.ReplicaBehindException;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.stream.Codecs;
import dev.pulse.task.Tasks;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.MessageProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** Joining and closing, in all orders, with and without Redis. */
@RedisTest
class MapLifecycleTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** What closing may take when nothing is in the way, and what a busy machine may add. */
    private static final Duration BOUND = Duration.ofSeconds(15);

    private static final String MAPS = "pulse/pulse/maps";

    private static long connections(RespClient client, String name) {
        return client.text("CLIENT", "LIST")
                .lines()
                .filter(line -> line.contains("name=" + name + " "))
                .count();
    }

    @PulseTest
    void aThousandMapsNeedAsManyConnectionsAsTen(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient client = redis.client()) {
            List<ReplicatedMap<String>> maps = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                maps.add(pulse.map(prefix.name("m" + i), Codecs.string()));
            }
            long ten = connections(client, "pulse/pulse/[a-z]*");
            long all = client.text("CLIENT", "LIST").lines().count();
            for (int i = 10; i < 1_000; i++) {
                maps.add(pulse.map(prefix.name("m" + i), Codecs.string()));
            }
            assertThat(client.text("CLIENT", "LIST").lines().count()).isEqualTo(all);
            assertThat(connections(client, MAPS)).isOne();
            assertThat(ten).isLessThanOrEqualTo(all);
            for (ReplicatedMap<String> map : maps) {
                map.set("a", map.name());
            }
            await().atMost(LONG)
                    .until(() -> maps.stream().allMatch(map -> map.name().equals(map.get("a"))));
            // all of them again after the connection was lost
            client.call("CLIENT", "KILL", "TYPE", "pubsub");
            for (ReplicatedMap<String> map : maps) {
                map.set("a", "again");
            }
            await().atMost(LONG).until(() -> maps.stream().allMatch(map -> "again".equals(map.get("a"))));
        }
    }

    @PulseTest
    void theConnectionLastsAsLongAsThereAreMaps(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient client = redis.client()) {
            for (int i = 0; i < 20; i++) {
                try (ReplicatedMap<String> one = pulse.map(prefix.name("m"), Codecs.string());
                        ReplicatedMap<String> same = pulse.map(prefix.name("m"), Codecs.string());
                        ReplicatedMap<String> other = pulse.map(prefix.name("o"), Codecs.string())) {
                    same.close();
                    one.setAndWait("a", "" + i);
                    other.setAndWait("a", "" + i);
                    // the one of the last round may be on its way out
                    await().atMost(LONG).until(() -> connections(client, MAPS) == 1);
                }
            }
            await().atMost(LONG).until(() -> connections(client, MAPS) == 0);
            await().atMost(LONG)
                    .until(() -> pulse.health().loops().stream()
                            .noneMatch(loop -> loop.name().contains(prefix.value())));
        }
    }

    @PulseTest
    void aHundredTimesOpenedAndClosedNothingIsLeft(TestRedis redis, Prefix prefix) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            Pulse pulse = Pulse.connect(redis.uri());
            ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
            map.watch(WatchOptions.contentAndChanges(), change -> {});
            map.setAndWait("a", "" + i);
            // in both orders
            if (i % 2 == 0) {
                map.close();
            }
            pulse.close();
            map.close();
        }
        await().atMost(LONG).until(() -> Tasks.live().isEmpty());
    }

    @PulseTest
    void whenClosedLocalReadsAnswerWhatWasKnownLastAndAllElseIsRefused(TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Pulse pulse = Pulse.connect(redis.uri());
        ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
        map.setAndWait("a", "1");
        pulse.close();
        assertThat(map.get("a")).isEqualTo("1");
        assertThat(map.revision()).isOne();
        for (ThrowingCallable refused : List.<ThrowingCallable>of(
                () -> map.set("a", "2"),
                () -> map.getFresh("a"),
                () -> map.lists().append("a", List.of()),
                map::reset,
                () -> map.watch(WatchOptions.changes(), change -> {}),
                () -> pulse.map(prefix.name("n"), Codecs.string()))) {
            assertThatThrownBy(refused)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @PulseTest
    void closingIsBoundedWhenRedisIsGoneAndWhenItIsSilent(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            for (boolean silent : List.of(true, false)) {
                Pulse pulse = Pulse.connect(proxy.uri());
                ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
                if (silent) {
                    proxy.silence();
                } else {
                    proxy.cut();
                }
                long begin = System.nanoTime();
                map.close();
                assertThat(pulse.close(Duration.ofMillis(100)).problems()).isEmpty();
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
                proxy.heal();
            }
        }
    }

    @PulseTest
    void aWatcherThatHangsIsInterrupted(TestRedis redis, Prefix prefix) throws InterruptedException {
        Pulse pulse = Pulse.connect(redis.uri());
        ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
        Watch watch = watchAndHang(map);
        assertThat(pulse.close(Duration.ZERO).how()).isEqualTo(CloseResult.How.INTERRUPTED);
        assertThat(watch.isFinished()).isTrue();
    }

    @PulseTest
    void aWatcherThatHangsIsInterruptedThoughItWasStoppedBefore(TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Pulse pulse = Pulse.connect(redis.uri());
        ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
        Watch watch = watchAndHang(map);
        watch.stop();
        assertThat(map.figures().watches()).isZero();
        assertThat(pulse.close(Duration.ZERO).how()).isEqualTo(CloseResult.How.INTERRUPTED);
        assertThat(watch.isFinished()).isTrue();
    }

    /** A watcher at work that ends by an interrupt only. */
    private static Watch watchAndHang(ReplicatedMap<String> map) throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        Watch watch = map.watch(WatchOptions.changes(), change -> {
            hangs.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        map.set("a", "1");
        hangs.await();
        return watch;
    }

    @PulseTest
    void watchersThatCloseTheirMapDoNotWaitForEachOther(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(redis.uri())) {
            ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
            CountDownLatch both = new CountDownLatch(2);
            List<Watch> watches = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                watches.add(map.watch(WatchOptions.changes(), change -> {
                    both.countDown();
                    awaitUninterruptibly(both);
                    map.close();
                }));
            }
            map.set("a", "1");
            // sooner than watchers are given to finish
            await().atMost(Duration.ofSeconds(9)).until(() -> watches.stream().allMatch(Watch::isFinished));
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @PulseTest
    void thePulseIsClosedFromAWatcher(TestRedis redis, Prefix prefix) throws InterruptedException {
        Pulse pulse = Pulse.connect(redis.uri());
        ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
        CountDownLatch returned = new CountDownLatch(1);
        map.watch(WatchOptions.changes(), change -> {
            pulse.close();
            returned.countDown();
        });
        map.set("a", "1");
        returned.await();
        await().atMost(LONG).until(() -> pulse.health().loops().isEmpty());
    }

    @PulseTest
    void whatHindersJoiningIsToldAndLeavesNothing(TestRedis redis, Prefix prefix) {
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient client = redis.client()) {
            client.call("SET", "map:" + prefix.name("m") + ":content", "no hash");
            assertThatThrownBy(() -> pulse.map(prefix.name("m"), Codecs.string()))
                    .isInstanceOf(RedisReplyException.class)
                    .hasMessageContaining("WRONGTYPE");
            assertThat(pulse.health().loops()).noneMatch(loop -> loop.name().contains(prefix.value()));
            client.call("ACL", "SETUSER", "ann", "reset", "on", ">two", "~*", "resetchannels", "+@all");
            String uri = redis.uri().replace("redis://", "redis://ann:two@");
            try (Pulse denied = Pulse.connect(uri)) {
                assertThatThrownBy(() -> denied.map(prefix.name("n"), Codecs.string()))
                        .isInstanceOf(AccessDeniedException.class);
            } finally {
                client.call("ACL", "DELUSER", "ann");
            }
        }
    }

    @PulseTest
    void joiningASilentRedisEndsWithTheCommandTimeOutOrAnInterrupt(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Pulse pulse = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofSeconds(1))
                        .connect()) {
            proxy.silence();
            assertThatThrownBy(() -> pulse.map(prefix.name("m"), Codecs.string()))
                    .isInstanceOf(RedisUnavailableException.class)
                    .hasMessageContaining("was not joined within PT1S");
            AtomicReference<@Nullable Throwable> met = new AtomicReference<>();
            Thread joining = Thread.startVirtualThread(() -> {
                try {
                    pulse.map(prefix.name("n"), Codecs.string());
                } catch (InterruptedException | RuntimeException e) {
                    met.set(e);
                }
            });
            joining.interrupt();
            joining.join();
            assertThat(met.get()).isInstanceOf(InterruptedException.class);
            proxy.heal();
        }
    }

    @PulseTest
    void aMapThatIsGivenUpWhileItIsSubscribedLeavesNoSubscription(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (Pulse pulse = Pulse.builder()
                        .uri(redis.uri())
                        .commandTimeout(Duration.ofSeconds(1))
                        .connect();
                RespClient client = RespClient.connect(redis.uri())) {
            redis.pause();
            assertThatThrownBy(() -> pulse.map(prefix.name("m"), Codecs.string()))
                    .isInstanceOf(RedisUnavailableException.class);
            redis.resume();
            // the same connection serves this one, or one that comes after it
            await().atMost(LONG)
                    .ignoreExceptionsInstanceOf(RedisUnavailableException.class)
                    .until(() -> {
                        pulse.map(prefix.name("n"), Codecs.string()).close();
                        return true;
                    });
            await().atMost(LONG).until(() -> connections(client, MAPS) == 0);
        }
    }

    @PulseTest
    void closingTheMapEndsAWait(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        try (MessageProxy proxy = MessageProxy.to(redis.port());
                Pulse pulse = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofMinutes(1))
                        .connect()) {
            ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
            ReplicatedMap<String> other = pulse.map(prefix.name("m"), Codecs.string());
            // or it would find by itself what is lost
            Quiet.await(map);
            proxy.fault(messages -> List.of());
            AtomicReference<@Nullable Throwable> met = new AtomicReference<>();
            Thread waiting = Thread.startVirtualThread(() -> {
                try {
                    map.setAndWait("a", "1");
                } catch (InterruptedException | RuntimeException e) {
                    met.set(e);
                }
            });
            await().atMost(LONG).until(() -> other.getFresh("a").isPresent());
            map.close();
            assertThat(waiting.join(LONG)).isTrue();
            assertThat(met.get()).isInstanceOf(ReplicaBehindException.class).hasMessageContaining("closed");
        }
    }

    @PulseTest
    void aWaitThatIsInVainOrInterruptedSaysThatTheValueIsSet(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (MessageProxy proxy = MessageProxy.to(redis.port());
                Pulse pulse = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofSeconds(1))
                        .connect();
                Pulse patient = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofMinutes(1))
                        .connect()) {
            ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string());
            ReplicatedMap<String> waited = patient.map(prefix.name("m"), Codecs.string());
            // or they would find by themselves what is lost
            Quiet.await(map, waited);
            proxy.fault(messages -> List.of());
            assertThatThrownBy(() -> map.setAndWait("a", "1"))
                    .isInstanceOf(ReplicaBehindException.class)
                    .hasMessageContaining("revision 1");
            assertThat(map.getFresh("a")).contains("1");
            AtomicReference<@Nullable Throwable> met = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>(false);
            Thread waiting = Thread.startVirtualThread(() -> {
                try {
                    waited.setAndWait("a", "2");
                } catch (InterruptedException | RuntimeException e) {
                    met.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            await().atMost(LONG)
                    .until(() -> map.getFresh("a").filter("2"::equals).isPresent());
            waiting.interrupt();
            waiting.join();
            assertThat(met.get()).isInstanceOf(RuntimeException.class);
            // before the reply was read the outcome is not known; both leave the flag set
            assertThat(flag.get()).isTrue();
        }
    }
}
