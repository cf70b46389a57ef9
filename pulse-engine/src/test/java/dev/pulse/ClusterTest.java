package dev.pulse;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisCluster;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

@RedisTest
class ClusterTest {
    /** What is promised, and what a busy machine may add. */
    private static final Duration RECOVERY = Duration.ofSeconds(5 + 10);

    private static final Duration LONG = Duration.ofSeconds(30);

    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().until(() -> cluster.pulseConnections().isEmpty());
    }

    private static Pulse.Builder builder() {
        return Pulse.builder().uri(cluster.uri());
    }

    private static String key(String stream) {
        return "pulse:stream:{" + stream + "}";
    }

    /** Names of three streams, each on another primary. */
    private static String[] spread(Prefix prefix) {
        return cluster.ports().stream()
                .map(port -> IntStream.range(0, 1_000)
                        .mapToObj(i -> prefix.name("s" + i))
                        .filter(name -> cluster.primaryOf(key(name)).port() == port)
                        .findFirst())
                .flatMap(java.util.Optional::stream)
                .toArray(String[]::new);
    }

    @PulseTest
    void theSnippetOfTheReadmeConnects(Prefix prefix) throws InterruptedException {
        try (Pulse pulse = ConnectingSnippets.onCluster(cluster.uri().replaceAll(".*//|/.*", ""))) {
            pulse.stream(prefix.name("s")).add("e", new byte[0]);
        }
    }

    @PulseTest
    void streamsInDifferentSlotsWorkSideBySide(Prefix prefix) throws InterruptedException {
        String[] streams = spread(prefix);
        assertThat(streams).hasSize(3);
        try (Traffic traffic = Traffic.start(builder(), streams)) {
            traffic.awaitProgress(RECOVERY);
            assertThat(cluster.pulseConnections())
                    .contains("pulse/pulse/watch", "pulse/pulse/reader", "pulse/pulse/sink")
                    .filteredOn("pulse/pulse/lane"::equals)
                    .hasSize(3);
            traffic.requireUp(RECOVERY);
            traffic.stopAndRequireAllHandled();
        }
        for (String stream : streams) {
            try (RespClient client =
                    RespClient.connect(cluster.primaryOf(key(stream)).port())) {
                // all of a stream is in its slot, and what v1.6 would read is left out
                assertThat(client.list("KEYS", "*" + stream + "*").stream().map(Object::toString))
                        .isNotEmpty()
                        .allMatch(key -> key.contains("{" + stream + "}"))
                        .noneMatch(key ->
                                key.startsWith("map:sink:") || key.equals("map:stream:{" + stream + "}:sinks:content"));
            }
        }
    }

    @PulseTest
    void aSinkOfStreamsInDifferentSlotsReadsEachAndLeavesEach(Prefix prefix) throws InterruptedException {
        String[] names = spread(prefix);
        Duration longest = Duration.ofSeconds(30);
        // an exclusive one waits for its lease on one of them
        for (boolean exclusive : List.of(false, true)) {
            Queue<String> handled = new ConcurrentLinkedQueue<>();
            String sinkName = "k" + exclusive;
            try (Pulse pulse = builder().connect()) {
                List<EventStream<String>> streams = Stream.of(names)
                        .map(name -> pulse.stream(name, Codecs.string()))
                        .toList();
                SinkOptions options = SinkOptions.builder()
                        .exclusive(exclusive)
                        .startAt(StartAt.newest())
                        .build();
                try (Sink<String> consumed = streams.get(0).sink(sinkName, options)) {
                    consumed.consume(event -> handled.add(event.stream() + event.payload()));
                    consumed.addStream(streams.get(1), StartAt.newest());
                    consumed.addStream(streams.get(2), StartAt.newest());
                    for (EventStream<String> stream : streams) {
                        stream.addAll(IntStream.range(0, 200)
                                .mapToObj(i -> NewEvent.of("e", Integer.toString(i)))
                                .toList());
                    }
                    await().atMost(longest)
                            .untilAsserted(
                                    () -> assertThat(handled).hasSize(600).doesNotHaveDuplicates());
                    consumed.removeStream(names[1]);
                    await().atMost(longest).until(() -> connections("sink") == 2);
                }
                try (Sink<String> polled = streams.get(0).sink(sinkName, options)) {
                    polled.addStream(streams.get(1), StartAt.newest());
                    polled.addStream(streams.get(2), StartAt.newest());
                    for (int i = 0; i < 3; i++) {
                        streams.get(i).add("e", "polled");
                        Delivery<String> delivery = polled.poll(1, longest).getFirst();
                        assertThat(delivery.event().stream()).isEqualTo(names[i]);
                        assertThat(delivery.ack()).isEqualTo(AckResult.ACKED);
                    }
                }
                for (EventStream<String> stream : streams) {
                    assertThat(stream.figures().groups())
                            .allSatisfy(group -> assertThat(group.pending()).isZero());
                }
            }
        }
    }

    @PulseTest
    void aReaderOfStreamsInDifferentSlotsReadsEachByItself(Prefix prefix) throws InterruptedException {
        Duration longest = Duration.ofSeconds(30);
        try (Pulse pulse = builder().connect()) {
            List<EventStream<String>> streams = Stream.of(spread(prefix))
                    .map(name -> pulse.stream(name, Codecs.string()))
                    .toList();
            Queue<Event<String>> seen = new ConcurrentLinkedQueue<>();
            try (Reader<String> consumed = streams.get(0).reader(oldest())) {
                consumed.consume(event -> seen.add(event));
                await().atMost(longest).until(() -> connections("reader") == 1);
                consumed.addStream(streams.get(1), StartAt.oldest());
                consumed.addStream(streams.get(2), StartAt.oldest());
                for (EventStream<String> stream : streams) {
                    stream.addAll(IntStream.range(0, 3_000)
                            .mapToObj(i -> NewEvent.of("e", Integer.toString(i)))
                            .toList());
                }
                await().atMost(longest).until(() -> seen.size() >= 9_000);
                for (EventStream<String> stream : streams) {
                    assertThat(seen)
                            .filteredOn(event -> event.stream().equals(stream.name()))
                            .extracting(Event::id)
                            .hasSize(3_000)
                            .isSorted()
                            .last()
                            .isEqualTo(consumed.cursor(stream.name()));
                }
                // while all are waited at
                for (EventStream<String> stream : streams) {
                    EventId id = stream.add("e", "late");
                    await().atMost(longest)
                            .until(() -> consumed.cursor(stream.name()).equals(id));
                }
                consumed.removeStream(streams.get(1).name());
                await().atMost(longest).until(() -> connections("reader") == 2);
                streams.get(1).add("e", "not any more");
                EventId last = streams.get(2).add("e", "last");
                await().atMost(longest)
                        .until(() -> consumed.cursor(streams.get(2).name()).equals(last));
                assertThat(seen).extracting(Event::payload).doesNotContain("not any more");
                streams.get(0).destroy();
                EventId after = streams.get(2).add("e", "after");
                await().atMost(longest)
                        .until(() -> consumed.cursor(streams.get(2).name()).equals(after));
            }
            try (Reader<String> polled = streams.get(1).reader(ReaderOptions.defaults())) {
                polled.addStream(streams.get(2), StartAt.newest());
                for (int i = 0; i < 20; i++) {
                    EventId id = streams.get(1 + i % 2).add("e", "polled");
                    assertThat(polled.poll(1, i % 3 == 0 ? Duration.ZERO : longest))
                            .extracting(Event::id)
                            .containsExactly(id);
                }
                assertThat(polled.poll(1, Duration.ofMillis(10))).isEmpty();
            }
        }
    }

    private static ReaderOptions oldest() {
        return ReaderOptions.builder().startAt(StartAt.oldest()).build();
    }

    private static long connections(String role) {
        return cluster.pulseConnections().stream()
                .filter(name -> name.endsWith("/" + role))
                .count();
    }

    @PulseTest
    void deadLettersAreInTheSlotOfTheirStream(Prefix prefix) throws InterruptedException {
        String name = spread(prefix)[0];
        try (Pulse pulse = builder().connect()) {
            EventStream<String> stream = pulse.stream(name, Codecs.string());
            EventId id = stream.add("e", "x");
            try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
                sink.poll(1, LONG).getFirst().deadLetter("on purpose");
                await().atMost(LONG).until(() -> stream.deadLetters().count() == 1);
            }
            assertThat(cluster.slot(key(name) + ":dead")).isEqualTo(cluster.slot(key(name)));
            try (RespClient client =
                    RespClient.connect(cluster.primaryOf(key(name)).port())) {
                assertThat(client.call("XLEN", key(name) + ":dead")).isEqualTo(1L);
            }
            EventId letter = stream.deadLetters().list(1).getFirst().id();
            assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.REPLAYED);
            try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
                assertThat(sink.poll(1, LONG))
                        .extracting(again -> again.event().id())
                        .containsExactly(id);
            }
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F21)
    void aKilledPrimaryIsReplacedUnderLoad(Prefix prefix) throws InterruptedException {
        String[] streams = spread(prefix);
        try (Traffic traffic = Traffic.start(builder(), streams)) {
            traffic.awaitProgress(RECOVERY);
            EmbeddedRedis primary = cluster.primaryOf(key(streams[0]));
            EmbeddedRedis replica = cluster.replicaOf(primary);
            primary.kill();
            Traffic.Loss loss = new Traffic.Loss(Traffic.lastIn(replica.port(), key(streams[0])), Instant.now());
            cluster.awaitPrimaryOtherThan(key(streams[0]), primary.port());
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            traffic.stopAndRequireOnlyLost(
                    name -> cluster.primaryOf(key(name)).port(), ClusterTest::key, Map.of(streams[0], loss));
        } finally {
            cluster.heal();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F21)
    void aPausedPrimaryIsLeftThoughItsConnectionsStayOpen(Prefix prefix) throws InterruptedException {
        String[] streams = spread(prefix);
        try (Traffic traffic = Traffic.start(builder().commandTimeout(Duration.ofMinutes(1)), streams)) {
            traffic.awaitProgress(RECOVERY);
            EmbeddedRedis primary = cluster.primaryOf(key(streams[0]));
            EmbeddedRedis replica = cluster.replicaOf(primary);
            primary.pause();
            Traffic.Loss loss = new Traffic.Loss(Traffic.lastIn(replica.port(), key(streams[0])), Instant.now());
            cluster.awaitPrimaryOtherThan(key(streams[0]), primary.port());
            traffic.awaitProgress(RECOVERY);
            primary.resume();
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            traffic.stopAndRequireOnlyLost(
                    name -> cluster.primaryOf(key(name)).port(), ClusterTest::key, Map.of(streams[0], loss));
        } finally {
            cluster.heal();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F21)
    void aSlotIsMovedUnderLoadAndNothingIsLostNorDoubted(Prefix prefix) throws InterruptedException {
        String stream = prefix.name("moved");
        try (Traffic traffic = Traffic.start(builder(), stream)) {
            traffic.awaitProgress(RECOVERY);
            int slot = cluster.slot(key(stream));
            EmbeddedRedis from = cluster.primaryOf(key(stream));
            EmbeddedRedis to = cluster.primaryOtherThan(from);
            cluster.beginMove(slot, from, to);
            traffic.awaitProgress(RECOVERY);
            while (cluster.moveKeys(slot, from, to, 1)) {
                Thread.onSpinWait();
            }
            cluster.endMove(slot, to);
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            assertThat(traffic.unknown()).isZero();
            traffic.stopAndRequireAllHandled();
        } finally {
            cluster.heal();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F21)
    void aSlotThatIsOnItsWayForLongCostsNothing(Prefix prefix) throws InterruptedException {
        String stream = prefix.name("slow");
        try (Traffic traffic = Traffic.start(builder().commandTimeout(Duration.ofSeconds(1)), stream)) {
            traffic.awaitProgress(RECOVERY);
            int slot = cluster.slot(key(stream));
            EmbeddedRedis from = cluster.primaryOf(key(stream));
            EmbeddedRedis to = cluster.primaryOtherThan(from);
            cluster.beginMove(slot, from, to);
            // the stream first: commands with it and a key that is still there are refused by both
            cluster.moveKey(key(stream), from, to);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(traffic.health().why()).contains("TRYAGAIN"));
            while (cluster.moveKeys(slot, from, to, 1)) {
                Thread.onSpinWait();
            }
            // all is there, and who serves the slot is not told yet: what needs several keys has to wait
            traffic.awaitProgress(RECOVERY);
            cluster.endMove(slot, to);
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            traffic.stopAndRequireAllHandled();
        } finally {
            cluster.heal();
        }
    }

    @PulseTest
    void aSlotThatNobodyServesIsWaitedFor(Prefix prefix) throws Exception {
        String stream = prefix.name("orphan");
        int slot = cluster.slot(key(stream));
        EmbeddedRedis owner = cluster.primaryOf(key(stream));
        try (Pulse pulse = builder().commandTimeout(Duration.ofSeconds(30)).connect()) {
            EventStream<byte[]> events = pulse.stream(stream);
            events.add("e", new byte[0]);
            cluster.orphan(slot);
            AtomicReference<EventId> added = new AtomicReference<>();
            Thread adding = Thread.ofVirtual().start(() -> {
                try {
                    added.set(events.add("e", new byte[0]));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            await().until(() -> adding.getState() == Thread.State.TIMED_WAITING);
            cluster.adopt(slot, owner);
            assertThat(adding.join(LONG)).isTrue();
            assertThat(added.get()).isNotNull();
        } finally {
            if (cluster.isOrphan(slot)) {
                cluster.adopt(slot, owner);
            }
        }
    }

    @PulseTest
    void aPollEndsAtOnceWhenItsSinkIsClosed(Prefix prefix) throws Exception {
        try (Pulse pulse = builder().connect()) {
            EventStream<byte[]> stream = pulse.stream(prefix.name("s"));
            stream.add("e", new byte[0]);
            Sink<byte[]> sink = stream.sink(
                    "k", SinkOptions.builder().startAt(StartAt.oldest()).build());
            assertThat(sink.poll(1, Duration.ofSeconds(1))).hasSize(1).allMatch(delivery -> {
                try {
                    return delivery.ack() != null;
                } catch (InterruptedException e) {
                    return false;
                }
            });
            Thread polling = Thread.ofVirtual().start(() -> {
                try {
                    sink.poll(1, Duration.ofMinutes(1));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            await().until(() -> cluster.ports().stream().anyMatch(port -> isBlocked(port)));
            long begin = System.nanoTime();
            sink.close();
            polling.join();
            // the read would have ended by itself a second later
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
        }
    }

    private static boolean isBlocked(int port) {
        try (RespClient client = RespClient.connect(port)) {
            return client.text("INFO", "clients").contains("blocked_clients:1");
        }
    }

    @PulseTest
    void aClusterClientOfTheUsersWillDo(Prefix prefix) throws InterruptedException {
        HostAndPort node = new HostAndPort("127.0.0.1", cluster.ports().getFirst());
        try (RedisClusterClient client = RedisClusterClient.create(node)) {
            try (Traffic traffic = Traffic.start(Pulse.builder().client(client), spread(prefix))) {
                traffic.awaitProgress(RECOVERY);
                traffic.stopAndRequireAllHandled();
            }
            assertThat(client.getClusterNodes()).isNotEmpty();
        }
    }

    @PulseTest
    void bracesThatRedisWouldNotHashAreRefused() {
        try (Pulse pulse = builder().connect()) {
            for (String name : List.of("a{", "a}", "{}", "{}a{b}", "}a{")) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> pulse.stream(name))
                        .withMessageContaining("no braces but around a part that is to be hashed")
                        .withMessageContaining("\"" + name + "\"");
            }
            assertThat(pulse.stream("{orders}:eu").name()).isEqualTo("{orders}:eu");
        }
    }

    @PulseTest
    void whatIsNoClusterAndWhatIsOneAreTold(TestRedis single, Prefix prefix) throws InterruptedException {
        assertThatExceptionOfType(RedisReplyException.class)
                .isThrownBy(() -> Pulse.connect(single.uri().replace("redis://", "redis-cluster://")))
                .withMessageContaining("cluster support disabled");
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> Pulse.connect("redis-cluster://127.0.0.1:1"))
                .withMessageContaining("127.0.0.1:1");
        String[] streams = spread(prefix);
        try (Pulse pulse = Pulse.connect(
                "redis://127.0.0.1:" + cluster.primaryOf(key(streams[0])).port())) {
            assertThatExceptionOfType(RedisReplyException.class)
                    .isThrownBy(() -> pulse.stream("{" + streams[1] + "}").add("e", new byte[0]))
                    .withMessageContaining("wants redis-cluster://");
        }
    }
}
