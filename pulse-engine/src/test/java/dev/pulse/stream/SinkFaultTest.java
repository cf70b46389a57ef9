package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P12;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.CloseResult;
import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Node;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Faults one by one: what was added is handled at least once, and the sink goes on by itself. */
@RedisTest(appendOnly = AppendOnly.ALWAYS)
class SinkFaultTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    /** What a busy machine may add to what is promised. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private static final Duration HEALED = Duration.ofSeconds(5).plus(SLACK);
    /** What is held is extended each third of it, which a busy machine must not miss. */
    private static final Duration DEADLINE = Duration.ofMillis(1_500);

    private static final SinkOptions OPTIONS = SinkOptions.builder()
            .ackDeadline(DEADLINE)
            .blockTime(Duration.ofMillis(500))
            .concurrency(2)
            .build();

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Set<String> handled = ConcurrentHashMap.newKeySet();
    private EmbeddedRedis redis;
    private FaultProxy proxy;
    private Pulse pulse;
    private EventStream<String> stream;
    private String flat;

    @BeforeEach
    void open(EmbeddedRedis embedded, Prefix prefix) {
        redis = embedded;
        proxy = FaultProxy.to(redis.port());
        pulse = Pulse.builder()
                .uri(proxy.uri())
                .commandTimeout(Duration.ofSeconds(2))
                .listener(told::add)
                .connect();
        stream = pulse.stream(prefix.name("users"), Codecs.string());
        flat = "pulse:stream:" + stream.name();
    }

    @AfterEach
    void close() {
        pulse.close();
        proxy.close();
    }

    @PulseTest
    @Attacks(value = P2, by = Fault.F06)
    void whatIsAckedWhileTheConnectionsComeBackIsNotHandledAgain() throws InterruptedException {
        Queue<String> times = new ConcurrentLinkedQueue<>();
        SinkOptions patient =
                SinkOptions.builder().blockTime(Duration.ofMillis(500)).build();
        try (Sink<String> sink = stream.sink("k", patient)) {
            Semaphore finish = new Semaphore(0);
            sink.consume(event -> {
                times.add(event.payload());
                finish.acquire();
            });
            for (int round = 1; round <= 10; round++) {
                int begun = round;
                add(1);
                await().atMost(LONG).until(() -> times.size() == begun);
                proxy.cut();
                finish.release();
                proxy.heal();
                awaitNothingPending();
            }
            assertThat(times).hasSize(10);
        }
    }

    @PulseTest
    @Attacks(value = P2, by = Fault.F06)
    void anAckThatWaitedForItsConnectionTakesNothingFromAnother() throws Exception {
        add(1);
        try (Pulse patient = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofMinutes(1))
                        .connect();
                Pulse direct = Pulse.connect(redis.uri());
                Sink<String> slow =
                        patient.stream(stream.name(), Codecs.string()).sink("k", OPTIONS);
                Sink<String> other =
                        direct.stream(stream.name(), Codecs.string()).sink("k", OPTIONS);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Delivery<String> mine = slow.poll(1, LONG).getFirst();
            proxy.cut();
            Future<AckResult> late = threads.submit(mine::ack);
            Delivery<String> theirs = other.poll(1, LONG).getFirst();
            proxy.heal();
            assertThat(late.get()).isEqualTo(AckResult.LEASE_LOST);
            assertThat(theirs.ack()).isEqualTo(AckResult.ACKED);
            awaitNothingPending();
        }
    }

    @PulseTest
    @Attacks(value = P3, by = Fault.F06)
    void whatWaitsForAnotherTryComesSoonerWhenItsProcessDies() throws InterruptedException {
        List<String> sent = add(1);
        try (Pulse other = Pulse.connect(redis.uri());
                Sink<String> dying = stream.sink("k", OPTIONS)) {
            dying.poll(1, LONG).getFirst().nack(Duration.ofHours(1));
            await().atMost(LONG).until(() -> dying.figures().parked() == 1);
            try (Sink<String> sink =
                    other.stream(stream.name(), Codecs.string()).sink("k", OPTIONS)) {
                // it is extended meanwhile
                assertThat(sink.poll(1, DEADLINE.multipliedBy(2))).isEmpty();
                proxy.cut();
                Delivery<String> again = sink.poll(1, LONG).getFirst();
                assertThat(again.event().payload()).isEqualTo(sent.getFirst());
                assertThat(again.attempt()).isEqualTo(2);
                assertThat(again.ack()).isEqualTo(AckResult.ACKED);
            }
            proxy.heal();
        }
    }

    @PulseTest
    @Attacks(value = P1, by = Fault.F02)
    void lateAckOfAPausedProcessIsALostLease() throws InterruptedException {
        List<String> sent = add(1);
        try (Sink<String> sink = stream.sink("k", OPTIONS);
                Node node = node()) {
            node.tell("hold");
            await().atMost(LONG).until(() -> count(node, "held") == 1);
            node.pause();
            List<Delivery<String>> claimed =
                    sink.poll(1, DEADLINE.plusSeconds(2).plus(SLACK));
            assertThat(claimed)
                    .extracting(delivery -> delivery.event().payload())
                    .isEqualTo(sent);
            node.tell("ack");
            node.resume();
            await().atMost(LONG).untilAsserted(() -> assertThat(node.history()).endsWith("LEASE_LOST"));
            assertThat(claimed.getFirst().ack()).isEqualTo(AckResult.ACKED);
            awaitNothingPending();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F04)
    void lostStateIsHealedAndNothingAddedAfterwardsIsMissed() throws InterruptedException {
        // newest: asked for again when healing, it would miss what was added before
        SinkOptions newest = SinkOptions.builder()
                .startAt(StartAt.newest())
                .ackDeadline(DEADLINE)
                .build();
        try (RespClient raw = RespClient.connect(redis.port());
                Sink<String> sink = stream.sink("k", newest)) {
            sink.consume(event -> handled.add(event.payload()));
            int added = 0;
            for (List<String> loss : List.of(
                    List.of("XGROUP", "DESTROY", flat, "k"),
                    List.of("DEL", flat),
                    List.of("FLUSHALL"),
                    List.of("XGROUP", "DESTROY", flat, "k"))) {
                told.clear();
                raw.call("MULTI");
                raw.call(loss.toArray(String[]::new));
                for (int i = 0; i < 3; i++) {
                    raw.call("XADD", flat, "*", "n", "e", "p", Integer.toString(added++));
                }
                raw.call("EXEC");
                List<String> all =
                        IntStream.range(0, added).mapToObj(Integer::toString).toList();
                await().atMost(HEALED).untilAsserted(() -> assertThat(handled).containsAll(all));
                await().atMost(HEALED)
                        .untilAsserted(() -> assertThat(told)
                                .filteredOn(PulseEvent.GroupLost.class::isInstance)
                                .hasSize(1));
            }
            awaitNothingPending();
        }
    }

    @PulseTest
    @Attacks(value = P2, by = Fault.F04)
    void healedGroupGoesOnAtTheDurableCursor() throws InterruptedException {
        Queue<String> times = new ConcurrentLinkedQueue<>();
        try (RespClient raw = RespClient.connect(redis.port());
                Sink<String> sink = stream.sink("k", OPTIONS)) {
            sink.consume(event -> times.add(event.payload()));
            EventId last = stream.addAll(events(0, 100)).getLast();
            await().atMost(LONG).until(() -> last.toString().equals(raw.call("HGET", flat + ":sink-recovery:1", "k")));
            raw.call("XGROUP", "DESTROY", flat, "k");
            stream.addAll(events(100, 110));
            await().atMost(HEALED).untilAsserted(() -> assertThat(times).hasSizeGreaterThanOrEqualTo(110));
            awaitNothingPending();
            assertThat(times).hasSize(110).doesNotHaveDuplicates();
        }
    }

    @PulseTest
    void streamThatEndsAtItsDeadlineIsNotMadeAgainWithoutEnd() throws InterruptedException {
        try (RespClient raw = RespClient.connect(redis.port())) {
            long end = now(raw) + 3_000;
            raw.call(
                    "HSET",
                    flat + ":lifecycle",
                    "generation",
                    "1",
                    "state",
                    "active",
                    "physical_key",
                    flat,
                    "retention_config",
                    "v=2|max=10|mode=deadline|value=" + end + "|sliding=false");
            try (Sink<String> sink = stream.sink("k", OPTIONS)) {
                sink.consume(event -> handled.add(event.payload()));
                stream.add("e", "x");
                await().until(() -> handled.contains("x"));
                await().atMost(LONG).until(() -> pulse.health().why().contains("over since its deadline"));
                assertThat(told).noneMatch(PulseEvent.GroupLost.class::isInstance);
                assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
            }
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F06)
    void cutsAndSilenceLoseNothing() throws InterruptedException {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicBoolean enough = new AtomicBoolean();
        try (Sink<String> sink = stream.sink("k", OPTIONS)) {
            sink.consume(event -> handled.add(event.payload()));
            Thread writer = Thread.ofVirtual().start(() -> write(acknowledged, enough));
            awaitMoreHandled();
            proxy.cut();
            await().until(() -> pulse.health().status() != Health.Status.UP);
            proxy.heal();
            await().atMost(HEALED).until(() -> pulse.health().status() == Health.Status.UP);
            awaitMoreHandled();
            proxy.silence();
            await().atMost(LONG)
                    .until(() -> pulse.health().loops().stream()
                            .anyMatch(loop -> loop.name().endsWith(" read") && loop.status() != Health.Status.UP));
            proxy.heal();
            await().atMost(HEALED).until(() -> pulse.health().status() == Health.Status.UP);
            awaitMoreHandled();
            enough.set(true);
            writer.join();
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).containsAll(acknowledged));
            awaitNothingPending();
        }
    }

    @PulseTest
    @Attacks(value = P2, by = Fault.F08)
    void flushedScriptsAreNotVisible() throws InterruptedException {
        Queue<String> times = new ConcurrentLinkedQueue<>();
        AtomicBoolean enough = new AtomicBoolean();
        Thread flusher = Thread.ofVirtual().start(() -> {
            try (RespClient raw = RespClient.connect(redis.port())) {
                while (!enough.get()) {
                    raw.call("SCRIPT", "FLUSH");
                }
            }
        });
        // long enough for extensions that are late on a busy machine
        Duration deadline = Duration.ofSeconds(2);
        SinkOptions options = SinkOptions.builder()
                .ackDeadline(deadline)
                .blockTime(Duration.ofMillis(500))
                .concurrency(4)
                .build();
        try (Sink<String> one = stream.sink("k", options);
                Sink<String> other = stream.sink("k", options)) {
            for (Sink<String> sink : List.of(one, other)) {
                sink.consume(event -> {
                    if (event.payload().endsWith("7")
                            && times.stream().filter(event.payload()::equals).count() < 1) {
                        times.add(event.payload());
                        Thread.sleep(deadline.plusMillis(200));
                        return;
                    }
                    times.add(event.payload());
                });
            }
            List<String> sent = add(30);
            await().atMost(LONG).untilAsserted(() -> assertThat(times).containsExactlyInAnyOrderElementsOf(sent));
            awaitNothingPending();
        } finally {
            enough.set(true);
            flusher.join();
        }
        assertThat(told).isEmpty();
    }

    @PulseTest
    @Attacks(value = P12, by = Fault.F06)
    void closingIsBoundedForManySinksWhenRedisIsGone() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            stream.sink("k" + i, OPTIONS).consume(event -> handled.add(event.payload()));
        }
        proxy.silence();
        long begin = System.nanoTime();
        CloseResult result = pulse.close(Duration.ofMillis(500));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(14));
        assertThat(result.problems()).isNotEmpty();
        proxy.heal();
    }

    private void write(Set<String> acknowledged, AtomicBoolean enough) {
        for (int i = 0; !enough.get(); i++) {
            try {
                stream.add("e", Integer.toString(i));
                acknowledged.add(Integer.toString(i));
            } catch (PulseException e) {
                // nothing was promised
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void awaitMoreHandled() {
        int before = handled.size();
        await().atMost(HEALED).until(() -> handled.size() > before + 50);
    }

    private Node node() {
        Node node = Node.start(SinkNode.class, redis.uri(), stream.name(), "k", Long.toString(DEADLINE.toMillis()));
        await().atMost(LONG).until(() -> count(node, "ready") == 1);
        return node;
    }

    private static long count(Node node, String word) {
        return node.history().stream().filter(line -> line.startsWith(word)).count();
    }

    private void awaitNothingPending() {
        try (RespClient raw = RespClient.connect(redis.port())) {
            await().atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(raw.list("XPENDING", flat, "k").getFirst())
                                    .isEqualTo(0L));
        }
    }

    private List<String> add(int count) throws InterruptedException {
        stream.addAll(events(0, count));
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static List<NewEvent<String>> events(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList();
    }

    private static long now(RespClient raw) {
        List<?> time = raw.list("TIME");
        return Long.parseLong((String) time.get(0)) * 1_000 + Long.parseLong((String) time.get(1)) / 1_000;
    }
}
