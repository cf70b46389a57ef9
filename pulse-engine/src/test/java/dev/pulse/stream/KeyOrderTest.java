package dev.pulse.stream;

import static dev.pulse.faults.Promise.P5;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Events with one key are handled one after another, whatever fails, and hold up no others. */
@RedisTest(shared = true)
@Attacks(value = P5, by = Fault.F14)
class KeyOrderTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        raw = redis.client();
        stream = pulse.stream(prefix.name("users"), Codecs.string());
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void eachKeyIsHandledInOrderAndByOneHandlerThoughSomeFail() throws InterruptedException {
        Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
        Queue<String> overlaps = new ConcurrentLinkedQueue<>();
        SinkOptions options = byKey().concurrency(16)
                .backoff(Duration.ofMillis(1))
                .maxDeliveries(100)
                .build();
        add(3_000, 20);
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consume(event -> {
                String key = event.name();
                if (running.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet() > 1) {
                    overlaps.add(event.payload());
                }
                try {
                    Thread.yield();
                    if (ThreadLocalRandom.current().nextInt(50) == 0) {
                        throw new IllegalStateException("on purpose");
                    }
                    handled.add(event.payload());
                } finally {
                    running.get(key).decrementAndGet();
                }
            });
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(3_000));
            awaitNothingPending();
        }
        assertThat(overlaps).isEmpty();
        Map<Integer, Integer> last = new ConcurrentHashMap<>();
        for (String payload : handled) {
            int number = Integer.parseInt(payload);
            Integer before = last.put(number % 20, number);
            assertThat(before == null ? -1 : before).isLessThan(number);
        }
    }

    @PulseTest
    void differentKeysRunBesideEachOther() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(8);
        add(8, 8);
        try (Sink<String> sink = stream.sink("k", byKey().concurrency(8).build())) {
            sink.consume(event -> {
                all.countDown();
                all.await();
            });
            all.await();
            awaitNothingPending();
        }
    }

    @PulseTest
    void failedEventHoldsUpItsKeyAndNoOther() throws InterruptedException {
        SinkOptions options = byKey().concurrency(2).maxInFlight(4).batchSize(4).build();
        List<NewEvent<String>> events = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            // many more behind the failed one than may be in flight
            events.add(NewEvent.of("bad", "bad " + i));
        }
        events.add(NewEvent.of("good", "good"));
        stream.addAll(events);
        AtomicInteger tries = new AtomicInteger();
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consumeManually(delivery -> {
                if (delivery.event().payload().equals("bad 0") && tries.getAndIncrement() == 0) {
                    delivery.nack(Duration.ofSeconds(3));
                } else {
                    handled.add(delivery.event().payload());
                    delivery.ackLater();
                }
            });
            await().untilAsserted(() -> assertThat(handled).containsExactly("good"));
            await().untilAsserted(() -> assertThat(handled).hasSize(51));
            assertThat(List.copyOf(handled).subList(1, 51))
                    .isEqualTo(events.subList(0, 50).stream()
                            .map(NewEvent::payload)
                            .toList());
            awaitNothingPending();
        }
    }

    @PulseTest
    void deadLetterFreesItsKey() throws InterruptedException {
        SinkOptions options = byKey().concurrency(4)
                .maxDeliveries(2)
                .backoff(Duration.ofMillis(1))
                .build();
        add(3, 1);
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consume(event -> {
                handled.add(event.payload());
                if (event.payload().equals("0")) {
                    throw new IllegalStateException("on purpose");
                }
            });
            await().untilAsserted(() -> assertThat(handled).containsExactly("0", "0", "1", "2"));
            awaitNothingPending();
            assertThat(stream.deadLetters().count()).isEqualTo(1);
        }
    }

    @PulseTest
    void deliveryByHandHoldsItsKeyUntilItIsSettled() throws InterruptedException {
        Queue<Delivery<String>> kept = new ConcurrentLinkedQueue<>();
        add(4, 2);
        try (Sink<String> sink = stream.sink("k", byKey().concurrency(4).build())) {
            sink.consumeManually(kept::add);
            await().untilAsserted(() -> assertThat(kept).hasSize(2));
            for (Delivery<String> delivery : List.copyOf(kept)) {
                assertThat(delivery.ack()).isEqualTo(AckResult.ACKED);
            }
            await().untilAsserted(() -> assertThat(kept).hasSize(4));
            kept.forEach(Delivery::ackLater);
            awaitNothingPending();
        }
    }

    @PulseTest
    void nextTryWaitsForTheHandlerThatNackedAndWentOn() throws InterruptedException {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        add(2, 1);
        try (Sink<String> sink = stream.sink("k", byKey().concurrency(4).build())) {
            sink.consumeManually(delivery -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                handled.add(delivery.event().payload() + " " + delivery.attempt());
                if (delivery.attempt() == 1 && delivery.event().payload().equals("0")) {
                    delivery.nack(Duration.ofMillis(1));
                    end.await();
                } else {
                    delivery.ackLater();
                }
                running.decrementAndGet();
            });
            await().until(() -> handled.size() == 1);
            await().during(Duration.ofMillis(100)).until(() -> handled.size() == 1);
            end.countDown();
            await().untilAsserted(() -> assertThat(handled).containsExactly("0 1", "0 2", "1 1"));
            assertThat(most).hasValue(1);
            awaitNothingPending();
        }
    }

    @PulseTest
    void eventsWithoutAKeyAreInNoOrderAndAFunctionThatThrowsIsAFailure() throws InterruptedException {
        SinkOptions options = SinkOptions.builder()
                .concurrency(4)
                .maxDeliveries(2)
                .backoff(Duration.ofMillis(1))
                .orderByPayload(String.class, payload -> {
                    if (payload.equals("2")) {
                        throw new IllegalStateException("on purpose");
                    }
                    return null;
                })
                .build();
        CountDownLatch both = new CountDownLatch(2);
        add(3, 1);
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consume(event -> {
                both.countDown();
                both.await();
                handled.add(event.payload());
            });
            await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("0", "1"));
            awaitNothingPending();
            assertThat(stream.deadLetters().count()).isEqualTo(1);
        }
    }

    @PulseTest
    void orderIsNotForPoll() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", byKey().build())) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> sink.poll(1, Duration.ZERO))
                    .withMessageContaining("order by key");
        }
    }

    @PulseTest
    void closingGivesBackWhatWaitsForItsKey() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        add(10, 1);
        Sink<String> sink = stream.sink("k", byKey().concurrency(4).build());
        Consumption running = sink.consume(event -> {
            begun.countDown();
            handled.add(event.payload());
            end.await();
        });
        begun.await();
        running.stop();
        end.countDown();
        sink.close();
        assertThat(handled).containsExactly("0");
        try (Sink<String> next = stream.sink("k", SinkOptions.defaults())) {
            List<Delivery<String>> rest = new ArrayList<>();
            while (rest.size() < 9) {
                rest.addAll(next.poll(10, LONG));
            }
            assertThat(rest).allMatch(delivery -> delivery.attempt() == 1);
        }
    }

    private static SinkOptions.Builder byKey() {
        return SinkOptions.builder().orderBy(Event::name);
    }

    /** Adds numbers, each under the name of one of so many keys in turn. */
    private void add(int count, int keys) throws InterruptedException {
        List<NewEvent<String>> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(NewEvent.of("key-" + i % keys, Integer.toString(i)));
        }
        stream.addAll(events);
    }

    private void awaitNothingPending() {
        await().untilAsserted(() -> assertThat(raw.list("XPENDING", "pulse:stream:" + stream.name(), "k")
                        .getFirst())
                .isEqualTo(0L));
    }
}
