package dev.pulse.map;

import static dev.pulse.faults.Promise.P9;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.faults.Trial;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.MessageProxy;
import dev.pulse.testing.Node;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.MapMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What breaks between a map's replicas and Redis: in the end they agree, and on the way nothing goes back. */
@RedisTest
class MapFaultTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final MapOptions OFTEN =
            MapOptions.builder().checkPeriod(Duration.ofMillis(200)).build();

    private final List<Pulse> engines = new ArrayList<>();
    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Queue<String> backwards = new ConcurrentLinkedQueue<>();
    private RawMap raw;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        name = prefix.name("m");
        raw = new RawMap(redis.client(), name);
    }

    @AfterEach
    void close() {
        raw.raw().close();
        engines.forEach(Pulse::close);
    }

    private ReplicatedMap<String> join(String uri, MapOptions options) throws InterruptedException {
        Pulse pulse = Pulse.builder()
                .uri(uri)
                .commandTimeout(Duration.ofSeconds(10))
                .listener(told::add)
                .connect();
        engines.add(pulse);
        ReplicatedMap<String> map = pulse.map(name, Codecs.string(), options);
        return map;
    }

    /** The same, with an eye on values that go back. */
    private ReplicatedMap<String> joinAndWatch(String uri, MapOptions options) throws InterruptedException {
        ReplicatedMap<String> map = join(uri, options);
        map.watch(WatchOptions.contentAndChanges(), this::remember);
        return map;
    }

    private void remember(MapChange<String> change) {
        if (change.kind() == MapChange.Kind.SET && number(change.newValue()) < number(change.oldValue())) {
            backwards.add(change.toString());
        }
    }

    private static int number(Optional<String> value) {
        return Integer.parseInt(value.orElse("0"));
    }

    private void awaitAgreement(List<ReplicatedMap<String>> replicas) {
        await().atMost(LONG).untilAsserted(() -> {
            Map<String, String> content = raw.entries();
            for (ReplicatedMap<String> replica : replicas) {
                assertThat(replica.snapshot()).isEqualTo(content);
                assertThat(replica.revision()).isEqualTo(raw.revision());
            }
        });
    }

    private void awaitTold(PulseEvent event) {
        await().atMost(LONG).untilAsserted(() -> assertThat(told).contains(event));
    }

    private static void requireAcknowledged(Map<String, String> content, Map<String, Integer> acknowledged) {
        assertThat(acknowledged).isNotEmpty();
        acknowledged.forEach((key, value) ->
                assertThat(Integer.parseInt(content.getOrDefault(key, "0"))).isGreaterThanOrEqualTo(value));
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F07)
    void subscriptionsAreKilledAgainAndAgainUnderLoad(EmbeddedRedis redis) throws InterruptedException {
        List<ReplicatedMap<String>> replicas =
                List.of(joinAndWatch(redis.uri(), OFTEN), joinAndWatch(redis.uri(), MapOptions.defaults()));
        Map<String, Integer> acknowledged;
        try (Writers writers = Writers.start(4, replicas)) {
            for (int kills = 0; kills < 20; kills++) {
                int enough = writers.count() + 100;
                raw.raw().call("CLIENT", "KILL", "TYPE", "pubsub");
                await().atMost(LONG).until(() -> writers.count() >= enough);
            }
            acknowledged = writers.stop();
        }
        awaitAgreement(replicas);
        requireAcknowledged(raw.entries(), acknowledged);
        assertThat(backwards).isEmpty();
        assertThat(replicas)
                .allSatisfy(
                        replica -> assertThat(replica.figures().regressions()).isZero());
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F07)
    void messagesAreLostRepeatedAndReordered(EmbeddedRedis redis) throws InterruptedException {
        try (MessageProxy proxy = MessageProxy.to(redis.port())) {
            // one whose checks leave a change as long on its way as it ever may be
            MapOptions patient =
                    MapOptions.builder().checkPeriod(Duration.ofSeconds(2)).build();
            List<ReplicatedMap<String>> replicas =
                    List.of(joinAndWatch(proxy.uri(), OFTEN), joinAndWatch(redis.uri(), patient));
            for (UnaryOperator<List<byte[]>> fault : List.<UnaryOperator<List<byte[]>>>of(
                    MapFaultTest::lost, MapFaultTest::repeated, MapFaultTest::reordered)) {
                Map<String, Integer> acknowledged;
                try (Writers writers = Writers.start(4, List.of(replicas.get(1)))) {
                    proxy.fault(fault);
                    int enough = writers.count() + 2_000;
                    await().atMost(LONG).until(() -> writers.count() >= enough);
                    acknowledged = writers.stop();
                }
                // without healing: the check finds what was lost last
                awaitAgreement(replicas);
                proxy.fault(messages -> messages);
                requireAcknowledged(raw.entries(), acknowledged);
                assertThat(backwards).isEmpty();
                raw.raw().call("DEL", raw.content());
                awaitAgreement(replicas);
            }
            assertThat(replicas.get(0).figures().gaps()).isPositive();
            assertThat(replicas.get(1).figures().gaps()).isZero();
        }
    }

    private static List<byte[]> lost(List<byte[]> messages) {
        return messages.stream().filter(message -> chance(10)).toList();
    }

    private static List<byte[]> repeated(List<byte[]> messages) {
        List<byte[]> all = new ArrayList<>();
        for (byte[] message : messages) {
            all.add(message);
            if (!chance(10)) {
                all.add(message);
            }
        }
        return all;
    }

    private static List<byte[]> reordered(List<byte[]> messages) {
        List<byte[]> all = new ArrayList<>(messages);
        if (!chance(4)) {
            Collections.shuffle(all);
        }
        return all;
    }

    /** False once in so many times. */
    private static boolean chance(int one) {
        return new Random().nextInt(one) > 0;
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F07)
    void aMessageThatIsLostSilentlyIsFoundByTheCheck(EmbeddedRedis redis) throws InterruptedException {
        try (MessageProxy proxy = MessageProxy.to(redis.port())) {
            ReplicatedMap<String> replica = join(proxy.uri(), OFTEN);
            ReplicatedMap<String> writer = join(redis.uri(), MapOptions.defaults());
            proxy.fault(messages -> List.of());
            writer.set("a", "1");
            await().atMost(LONG).until(() -> "1".equals(replica.get("a")));
            awaitTold(new PulseEvent.MapGap(name, 0, 1));
            assertThat(replica.figures().gaps()).isOne();
        }
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F04)
    void aMapThatIsMadeAgainByAsManyChangesIsFoundEntryByEntry(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> map = join(redis.uri(), OFTEN);
        for (String key : List.of("a", "b", "c")) {
            map.setAndWait(key, "1");
        }
        // it differs from one that was deleted and made again, and whose messages were lost, by nothing
        raw.raw().call("HSET", raw.content(), "b", "2");
        await().atMost(LONG).until(() -> "2".equals(map.get("b")));
        awaitAgreement(List.of(map));
        awaitTold(new PulseEvent.MapRegressed(name, 3, 3));
        assertThat(map.figures().regressions()).isOne();
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F04)
    void aMapThatIsLostIsSeenToBeLostAndUsedAgain(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> map = join(redis.uri(), MapOptions.defaults());
        ReplicatedMap<String> checking = join(redis.uri(), OFTEN);
        for (String[] loss : List.of(new String[] {"FLUSHALL"}, new String[] {"DEL", raw.content()})) {
            for (int i = 0; i < 5; i++) {
                map.set("k" + i, "1");
            }
            awaitAgreement(List.of(map, checking));
            raw.raw().call(loss);
            // by the check
            await().atMost(LONG).until(() -> checking.size() == 0 && checking.revision() == 0);
            // by the revision of a write of its own, which is one that it has seen already
            assertThat(map.setAndWait("b", "2")).isEmpty();
            assertThat(map.snapshot()).isEqualTo(Map.of("b", "2"));
            awaitAgreement(List.of(map, checking));
            map.reset();
        }
        // the first loss by either; the write comes second where a look that was due anyway was quicker
        awaitTold(new PulseEvent.MapRegressed(name, 5, 0));
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(told)
                                .filteredOn(List.of(
                                        new PulseEvent.MapRegressed(name, 5, 0),
                                        new PulseEvent.MapRegressed(name, 5, 1))::contains)
                                .hasSize(2));
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F04)
    void anOlderStateThatIsRestoredIsTakenOver(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> map = join(redis.uri(), OFTEN);
        map.set("a", "1");
        byte[] key = raw.content().getBytes(StandardCharsets.UTF_8);
        byte[] dump = (byte[]) Objects.requireNonNull(raw.raw().call("DUMP".getBytes(StandardCharsets.UTF_8), key));
        map.set("a", "2");
        map.setAndWait("b", "1");
        raw.raw()
                .call(
                        "RESTORE".getBytes(StandardCharsets.UTF_8),
                        key,
                        "0".getBytes(StandardCharsets.UTF_8),
                        dump,
                        "REPLACE".getBytes(StandardCharsets.UTF_8));
        await().atMost(LONG).until(() -> map.snapshot().equals(Map.of("a", "1")) && map.revision() == 1);
        map.setAndWait("a", "3");
        awaitAgreement(List.of(map));
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F06)
    void connectionsAreCutAndHealedUnderLoad(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            ReplicatedMap<String> cut = joinAndWatch(proxy.uri(), MapOptions.defaults());
            ReplicatedMap<String> writer = joinAndWatch(redis.uri(), MapOptions.defaults());
            try (Writers writers = Writers.start(4, List.of(writer))) {
                for (int cuts = 0; cuts < 5; cuts++) {
                    proxy.cut();
                    int enough = writers.count() + 200;
                    await().atMost(LONG).until(() -> writers.count() >= enough);
                    long healed = System.nanoTime();
                    proxy.heal();
                    long behind = writer.revision();
                    await().atMost(LONG).until(() -> cut.revision() >= behind);
                    Trial.recovered(Duration.ofNanos(System.nanoTime() - healed));
                }
                writers.stop();
            }
            awaitAgreement(List.of(cut, writer));
            assertThat(backwards).isEmpty();
            await().atMost(LONG).until(() -> engines.getFirst().health().status() == Health.Status.UP);
        }
    }

    @PulseTest
    void manyMapsTryToConnectNoMoreOftenThanOne(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            ReplicatedMap<String> first = join(proxy.uri(), OFTEN);
            Pulse pulse = engines.getFirst();
            for (int i = 0; i < 50; i++) {
                pulse.map(name + i, Codecs.string(), OFTEN);
            }
            raw.raw().call("CLIENT", "KILL", "TYPE", "pubsub");
            proxy.cut();
            await().atMost(LONG)
                    .until(() -> pulse.health().loops().stream()
                            .anyMatch(loop -> loop.name().equals("maps read") && loop.status() != Health.Status.UP));
            long before = proxy.accepted();
            long begin = System.nanoTime();
            await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            long attempts = proxy.accepted() - before;
            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            // the lane and the subscription, each with a back-off that doubles to 1 s, jittered down to half of it
            assertThat(attempts).isLessThan(2 * (2 * seconds + 6));
            proxy.heal();
            raw.raw().call("HSET", raw.content(), "a", "1", "=rev", "1", "=kind", "set");
            await().atMost(LONG).until(() -> "1".equals(first.get("a")));
            await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
        }
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F06)
    void aRedisThatIsSilentShowsInHealthAndIsFollowedAgain(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            ReplicatedMap<String> cut = join(proxy.uri(), MapOptions.defaults());
            ReplicatedMap<String> writer = join(redis.uri(), MapOptions.defaults());
            proxy.silence();
            writer.set("a", "1");
            // promised within 10 s, and what a busy machine may add
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> engines.getFirst().health().loops().stream()
                            .anyMatch(loop ->
                                    loop.name().equals("maps read") && loop.status() == Health.Status.DEGRADED));
            assertThat(cut.get("a")).isNull();
            proxy.heal();
            await().atMost(LONG).until(() -> "1".equals(cut.get("a")));
            await().atMost(LONG).until(() -> engines.getFirst().health().status() == Health.Status.UP);
        }
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F08)
    void flushedScriptsAreNeverVisible(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> map = join(redis.uri(), MapOptions.defaults());
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger flushes = new AtomicInteger();
        Thread flushing = Thread.startVirtualThread(() -> {
            try (RespClient client = RespClient.connect(redis.uri())) {
                while (!enough.get()) {
                    client.call("SCRIPT", "FLUSH");
                    flushes.incrementAndGet();
                }
            }
        });
        for (int i = 1; i < 500 || flushes.get() < 500; i++) {
            map.set("a", Integer.toString(i));
            assertThat(map.inc("n", 1)).isEqualTo(i);
            map.lists().appendUnique("l", List.of("x"));
            assertThat(map.lists().remove("l", List.of("x")).changed()).isTrue();
        }
        enough.set(true);
        flushing.join();
        assertThat(map.setAndWait("end", "1")).isEmpty();
        awaitAgreement(List.of(map));
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F06)
    void aResetThatComesWhileDisconnectedSurvivesTheReconnect(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            ReplicatedMap<String> cut = join(proxy.uri(), MapOptions.defaults());
            ReplicatedMap<String> writer = join(redis.uri(), MapOptions.defaults());
            Queue<MapChange<String>> changes = new ConcurrentLinkedQueue<>();
            writer.set("a", "1");
            await().atMost(LONG).until(() -> cut.size() == 1);
            cut.watch(WatchOptions.changes(), changes::add);
            proxy.cut();
            writer.reset();
            proxy.heal();
            await().atMost(LONG).until(() -> cut.size() == 0);
            await().atMost(LONG).until(() -> changes.size() == 1);
            assertThat(changes.element().kind()).isEqualTo(MapChange.Kind.RESET);
            writer.set("a", "2");
            await().atMost(LONG).until(() -> "2".equals(cut.get("a")));
        }
    }

    @PulseTest
    void waitersForARevisionAreReleasedThoughTheKeyWasOverwritten(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> one = join(redis.uri(), MapOptions.defaults());
        ReplicatedMap<String> two = join(redis.uri(), MapOptions.defaults());
        List<Thread> threads = new ArrayList<>();
        AtomicInteger released = new AtomicInteger();
        for (ReplicatedMap<String> map : List.of(one, two, one, two)) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        map.setAndWait("same", "1");
                    }
                    released.incrementAndGet();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(released).hasValue(4);
    }

    @PulseTest
    void waitersAreReleasedThoughSubscriptionsAreKilledAndTheMapIsLost(EmbeddedRedis redis)
            throws InterruptedException {
        ReplicatedMap<String> map = join(redis.uri(), MapOptions.defaults());
        for (int i = 1; i <= 30; i++) {
            if (i % 3 == 0) {
                raw.raw().call("CLIENT", "KILL", "TYPE", "pubsub");
            } else if (i % 5 == 0) {
                raw.raw().call("DEL", raw.content());
            }
            map.setAndWait("a", Integer.toString(i));
            assertThat(map.get("a")).isEqualTo(Integer.toString(i));
        }
    }

    @PulseTest
    void aWriteIsWaitedForThoughChangesThatWereLostTookTheReplicaBeyondIt(EmbeddedRedis redis)
            throws InterruptedException {
        try (MessageProxy proxy = MessageProxy.to(redis.port())) {
            ReplicatedMap<String> map = join(proxy.uri(), MapOptions.defaults());
            map.setAndWait("a", "1");
            // a look would wait for its reply behind the write, and what arrives for the look
            Quiet.await(map);
            CountDownLatch arrive = new CountDownLatch(1);
            proxy.fault(messages -> {
                awaitUninterruptibly(arrive);
                return messages;
            });
            // as of a master that told of them, and was replaced before it had passed them on
            for (int revision = 2; revision <= 4; revision++) {
                raw.raw().call("PUBLISH", raw.channel(), "reset:" + revision);
            }
            raw.raw().call("CLIENT", "PAUSE", "60000", "WRITE");
            AtomicReference<@Nullable String> shown = new AtomicReference<>();
            Thread writing = Thread.startVirtualThread(() -> {
                try {
                    map.setAndWait("a", "2");
                    shown.set(map.get("a"));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            await().atMost(LONG).until(() -> raw.raw().text("INFO", "clients").contains("blocked_clients:1"));
            arrive.countDown();
            await().atMost(LONG).until(() -> map.revision() == 4);
            raw.raw().call("CLIENT", "UNPAUSE");
            writing.join();
            assertThat(shown).hasValue("2");
            awaitAgreement(List.of(map));
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
    void destroyAllowsReuse(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> one = join(redis.uri(), MapOptions.defaults());
        ReplicatedMap<String> two = join(redis.uri(), MapOptions.defaults());
        for (int i = 1; i <= 10; i++) {
            assertThat(one.setAndWait("a", "1")).isEmpty();
            two.destroy();
        }
        awaitAgreement(List.of(one, two));
        assertThat(one.revision()).isEqualTo(20);
        two.set("a", "2");
        await().atMost(LONG).until(() -> "2".equals(one.get("a")));
    }

    @PulseTest
    void aWriterThatIsKilledLeavesNoHalfMadeChange(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> replica = join(redis.uri(), MapOptions.defaults());
        Map<String, String> replayed = new HashMap<>();
        try (RespClient subscriber = RespClient.connect(redis.uri());
                Node writer = Node.start(MapNode.class, redis.uri(), name)) {
            subscriber.call("SUBSCRIBE", raw.channel());
            writer.tell("write");
            await().atMost(LONG).until(() -> replica.revision() > 500);
            writer.kill();
            // what it said last may be in the socket still: Redis carries it out before it sees the end
            await().atMost(LONG).until(() -> lanes() == 1);
            long last = raw.revision();
            for (long revision = 1; revision <= last; revision++) {
                MapMessage message =
                        MapMessage.parse((byte[]) ((List<?>) Objects.requireNonNull(subscriber.readBinary())).get(2));
                assertThat(message.revision()).isEqualTo(revision);
                replay(message, replayed);
            }
        }
        // every change has its message, and every message its change
        assertThat(raw.entries()).isEqualTo(replayed);
        awaitAgreement(List.of(replica));
    }

    private long lanes() {
        return raw.raw()
                .text("CLIENT", "LIST")
                .lines()
                .filter(line -> line.contains("/lane "))
                .count();
    }

    private static void replay(MapMessage message, Map<String, String> into) {
        switch (message) {
            case MapMessage.Set set -> into.put(text(set.key()), text(set.value()));
            case MapMessage.Delete delete -> into.remove(text(delete.key()));
            case MapMessage.Reset reset -> into.clear();
            case MapMessage.Destroy destroy -> into.clear();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
