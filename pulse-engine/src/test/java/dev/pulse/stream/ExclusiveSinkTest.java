package dev.pulse.stream;

import static dev.pulse.faults.Promise.P5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One active consumer of a sink, and who comes after it. */
@RedisTest
@Attacks(value = P5, by = Fault.F01)
class ExclusiveSinkTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** The lease is renewed each third of it, which a busy machine must not miss. */
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    /** What a busy machine may add. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private String flat;
    private String lease;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        raw = redis.client();
        stream = pulse.stream(prefix.name("users"), Codecs.string());
        flat = "pulse:stream:" + stream.name();
        lease = flat + ":generation:1:sink:k:exclusive";
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void oneConsumerIsActiveAndTheNextAtOnceWhenItCloses() throws InterruptedException {
        SinkOptions patient = SinkOptions.builder().exclusive(true).build();
        List<Sink<String>> sinks = new ArrayList<>();
        Queue<Long> tokens = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 3; i++) {
            String name = "consumer " + i + " ";
            Sink<String> sink = stream.sink("k", patient);
            sinks.add(sink);
            sink.consumeManually(delivery -> {
                tokens.add(delivery.fencingToken().orElseThrow());
                handled.add(name + delivery.event().payload());
                delivery.ack();
            });
            if (i == 0) {
                stream.add("e", "first");
                await().untilAsserted(() -> assertThat(handled).containsExactly("consumer 0 first"));
            }
        }
        add(0, 100);
        await().untilAsserted(() -> assertThat(handled).hasSize(101));
        assertThat(handled).allMatch(text -> text.startsWith("consumer 0"));
        assertThat(tokens).containsOnly(1L);
        handled.clear();
        tokens.clear();
        long begin = System.nanoTime();
        sinks.getFirst().close();
        add(100, 101);
        await().untilAsserted(() -> assertThat(handled).hasSize(1));
        // long before any deadline
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SLACK);
        assertThat(tokens).containsExactly(2L);
        for (String key : List.of(lease, lease + ":handover")) {
            assertThat(raw.call("SISMEMBER", flat + ":generation:1:resources", key))
                    .isEqualTo(1L);
        }
        sinks.forEach(Sink::close);
        awaitNothingPending();
    }

    @PulseTest
    void whatADeadHolderHadComesBeforeAnythingNew() throws InterruptedException {
        add(0, 5);
        try (Sink<String> sink = stream.sink("k", options().build())) {
            long now = (Long.parseLong((String) raw.list("TIME").getFirst()) + 1) * 1_000;
            raw.call("HSET", lease, "owner", "dead", "fence", "7", "until", Long.toString(now));
            raw.call("XREADGROUP", "GROUP", "k", "dead", "COUNT", "3", "STREAMS", flat, ">");
            Queue<Long> tokens = new ConcurrentLinkedQueue<>();
            sink.consumeManually(delivery -> {
                tokens.add(delivery.fencingToken().orElseThrow());
                handled.add(delivery.event().payload());
                delivery.ackLater();
            });
            await().untilAsserted(() -> assertThat(handled).containsExactly("0", "1", "2", "3", "4"));
            assertThat(tokens).containsOnly(8L);
            awaitNothingPending();
        }
    }

    @PulseTest
    void holderThatIsCutOffBeginsNothingMoreAndIsSucceeded(TestRedis redis) throws InterruptedException {
        Semaphore permits = new Semaphore(0);
        Queue<String> before = new ConcurrentLinkedQueue<>();
        try (FaultProxy proxy = FaultProxy.to(redis.embedded().port());
                Pulse far = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofSeconds(2))
                        .connect();
                Sink<String> sink = stream.sink("k", options().build())) {
            Sink<String> cutOff = far.stream(stream.name(), Codecs.string())
                    .sink("k", options().build());
            CountDownLatch begun = new CountDownLatch(1);
            cutOff.consume(event -> {
                begun.countDown();
                permits.acquire();
                before.add(event.payload());
            });
            add(0, 10);
            begun.await();
            sink.consume(event -> handled.add(event.payload()));
            await().during(DEADLINE.multipliedBy(2)).until(handled::isEmpty);
            proxy.silence();
            long cut = System.nanoTime();
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(handled).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
            assertThat(Duration.ofNanos(System.nanoTime() - cut))
                    .isLessThan(DEADLINE.plusSeconds(2).plus(SLACK));
            permits.release(10);
            await().untilAsserted(() -> assertThat(before).hasSize(1));
            proxy.heal();
            stream.add("e", "last");
            await().untilAsserted(() -> assertThat(handled).hasSize(11));
            assertThat(before).containsExactly("0");
            awaitNothingPending();
        }
    }

    @PulseTest
    void pollingConsumerIsActiveWhileItPolls() throws InterruptedException {
        add(0, 3);
        try (Sink<String> one = stream.sink("k", options().build());
                Sink<String> other = stream.sink("k", options().build())) {
            Delivery<String> first = one.poll(1, LONG).getFirst();
            assertThat(first.fencingToken()).hasValue(1);
            assertThat(other.poll(1, Duration.ofMillis(100))).isEmpty();
            assertThat(first.ack()).isEqualTo(AckResult.ACKED);
            // nobody polls it any more: its lease ends
            List<Delivery<String>> rest = new ArrayList<>(other.poll(10, LONG));
            assertThat(rest.getFirst().fencingToken()).hasValue(2);
            rest.forEach(Delivery::ackLater);
            awaitNothingPending();
        }
    }

    @PulseTest
    void leaseIsKeptWhileHandlersDrain() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        add(0, 1);
        Sink<String> one = stream.sink("k", options().build());
        one.consume(event -> {
            begun.countDown();
            end.await();
            handled.add("one");
        });
        begun.await();
        try (Sink<String> other = stream.sink("k", options().build())) {
            other.consume(event -> handled.add("other " + event.payload()));
            Thread closer = Thread.ofVirtual().start(one::close);
            stream.add("e", "next");
            await().during(DEADLINE.multipliedBy(2)).until(handled::isEmpty);
            end.countDown();
            closer.join();
            await().untilAsserted(() -> assertThat(handled).containsExactly("one", "other next"));
            awaitNothingPending();
        }
    }

    @PulseTest
    void whatIsAckedWhileItIsTakenOverIsNotBegunAgain() throws InterruptedException {
        raw.call("XADD", flat, "1-0", "n", "e", "p", "before");
        CountDownLatch upkeepStands = new CountDownLatch(1);
        CountDownLatch upkeepGoesOn = new CountDownLatch(1);
        CountDownLatch heldMayEnd = new CountDownLatch(1);
        CountDownLatch heldHasEnded = new CountDownLatch(1);
        AtomicInteger filtered = new AtomicInteger();
        SinkOptions options = options()
                .startAt(StartAt.after(EventId.parse("1-0")))
                .blockTime(Duration.ofMillis(50))
                .concurrency(3)
                .filter(event -> {
                    switch (event.payload().toString()) {
                        // the second time on the thread that extends and renews: so nothing is noticed to be lost
                        case "failing" -> {
                            if (filtered.incrementAndGet() == 2) {
                                upkeepStands.countDown();
                                awaitUninterrupted(upkeepGoesOn);
                            }
                        }
                        // on the thread that takes over, when Redis has answered
                        case "before" -> {
                            heldMayEnd.countDown();
                            awaitUninterrupted(heldHasEnded);
                            upkeepGoesOn.countDown();
                        }
                        default -> {}
                    }
                    return true;
                })
                .build();
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consumeManually(delivery -> {
                handled.add(delivery.event().payload());
                if (delivery.event().payload().equals("held")) {
                    heldMayEnd.await();
                    delivery.ack();
                    heldHasEnded.countDown();
                } else if (delivery.event().payload().equals("failing") && delivery.attempt() == 1) {
                    delivery.nack(Duration.ofMillis(1));
                } else {
                    delivery.ack();
                }
            });
            raw.call("XADD", flat, "2-0", "n", "e", "p", "held");
            await().atMost(LONG).until(() -> handled.contains("held"));
            raw.call("XADD", flat, "3-0", "n", "e", "p", "failing");
            upkeepStands.await();
            // as if another consumer had been active in between, and had died
            raw.call("XCLAIM", flat, "k", "dead", "0", "1-0", "FORCE");
            raw.call("XCLAIM", flat, "k", "dead", "0", "2-0");
            await().atMost(LONG).until(() -> handled.contains("before"));
            awaitNothingPending();
            assertThat(handled).filteredOn("held"::equals).hasSize(1);
        } finally {
            upkeepGoesOn.countDown();
            heldHasEnded.countDown();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @PulseTest
    void withOrderByAKeyKeepsItsOrderOverAllConsumers() throws InterruptedException {
        SinkOptions ordered = SinkOptions.builder()
                .exclusive(true)
                .orderBy(event -> event.payload().toString().substring(0, 1))
                .concurrency(4)
                .build();
        List<Sink<String>> sinks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sinks.add(stream.sink("k", ordered));
        }
        sinks.forEach(sink -> sink.consume(event -> handled.add(event.payload())));
        List<NewEvent<String>> events = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            events.add(NewEvent.of("e", "abcdef".charAt(i % 6) + String.format("%03d", i)));
        }
        stream.addAll(events);
        for (int done : List.of(100, 300)) {
            await().atMost(LONG).until(() -> handled.size() >= done);
            // the next one takes over in the middle of it
            sinks.removeFirst().close();
        }
        await().atMost(LONG).until(() -> handled.size() >= 600);
        for (String key : List.of("a", "b", "c", "d", "e", "f")) {
            assertThat(handled.stream().filter(payload -> payload.startsWith(key)))
                    .hasSize(100)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @PulseTest
    void othersHaveNoToken() throws InterruptedException {
        add(0, 1);
        try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            assertThat(delivery.fencingToken()).isEmpty();
            delivery.ack();
            assertThat(raw.call("EXISTS", lease)).isEqualTo(0L);
        }
    }

    private static SinkOptions.Builder options() {
        return SinkOptions.builder().exclusive(true).ackDeadline(DEADLINE);
    }

    private void add(int from, int to) throws InterruptedException {
        stream.addAll(IntStream.range(from, to)
                .mapToObj(i -> NewEvent.of("e", Integer.toString(i)))
                .toList());
    }

    private void awaitNothingPending() {
        await().untilAsserted(() ->
                assertThat(raw.list("XPENDING", flat, "k").getFirst()).isEqualTo(0L));
    }
}
