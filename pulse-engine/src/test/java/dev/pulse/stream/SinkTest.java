package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P12;
import static dev.pulse.faults.Promise.P14;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P3;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import dev.pulse.CloseResult;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.StreamConfigException;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.ServiceConfigurationError;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Sharing out, acknowledging, trying again and closing, while Redis and all consumers are well. */
@RedisTest(shared = true)
class SinkTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private String flat;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
        raw = redis.client();
        stream = pulse.stream(prefix.name("users"), Codecs.string());
        flat = "pulse:stream:" + stream.name();
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void everyEventIsHandledOnceByOneOfTwoConsumers() throws InterruptedException {
        try (Sink<String> one = stream.sink("mails", SinkOptions.defaults());
                Sink<String> other = stream.sink("mails", SinkOptions.defaults())) {
            one.consume(event -> handled.add(event.payload()));
            other.consume(event -> handled.add(event.payload()));
            List<String> sent = add(1_000);
            await().untilAsserted(() -> assertThat(handled).hasSize(1_000));
            assertThat(handled).containsExactlyInAnyOrderElementsOf(sent);
            awaitPending(0);
        }
    }

    @PulseTest
    @Attacks(P2)
    void withoutFaultsThreeConsumersHandleEachEventOnce() throws InterruptedException {
        SinkOptions options = SinkOptions.builder().concurrency(4).build();
        try (Sink<String> one = stream.sink("mails", options);
                Sink<String> two = stream.sink("mails", options);
                Sink<String> three = stream.sink("mails", options)) {
            for (Sink<String> sink : List.of(one, two, three)) {
                sink.consume(event -> handled.add(event.payload()));
            }
            List<String> sent = add(20_000);
            await().atMost(LONG).untilAsserted(() -> assertThat(handled.size()).isGreaterThanOrEqualTo(20_000));
            awaitPending(0);
            assertThat(handled).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    @PulseTest
    void oneHandlerAtATimeKeepsTheOrder() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", SinkOptions.defaults())) {
            sink.consume(event -> handled.add(event.payload()));
            List<String> sent = add(2_000);
            await().untilAsserted(() -> assertThat(handled).hasSize(2_000));
            assertThat(handled).containsExactlyElementsOf(sent);
        }
    }

    @PulseTest
    void handlersRunInParallelAndNothingIsReadBeyondTheBound() throws InterruptedException {
        Semaphore permits = new Semaphore(0);
        AtomicInteger running = new AtomicInteger();
        add(50);
        try (Sink<String> sink =
                stream.sink("mails", builder().concurrency(5).maxInFlight(8).build())) {
            sink.consume(event -> {
                running.incrementAndGet();
                permits.acquire();
                handled.add(event.payload());
            });
            await().until(() -> running.get() == 5);
            awaitPending(8);
            assertThat(running).hasValue(5);
            permits.release(50);
            await().untilAsserted(() -> assertThat(handled).hasSize(50));
            awaitPending(0);
        }
    }

    @PulseTest
    void deliveriesThatAreKeptDoNotStopReadingBelowTheBound() throws InterruptedException {
        Queue<Delivery<String>> kept = new ConcurrentLinkedQueue<>();
        try (Sink<String> sink = stream.sink("mails", builder().maxInFlight(100).build())) {
            sink.consumeManually(kept::add);
            for (int i = 0; i < 100; i++) {
                stream.add("e", Integer.toString(i));
            }
            // who collects a hundred before acknowledging any has to get a hundred
            await().untilAsserted(() -> assertThat(kept).hasSize(100));
            for (Delivery<String> delivery : kept) {
                assertThat(delivery.ack()).isEqualTo(AckResult.ACKED);
            }
        }
    }

    @PulseTest
    void failedEventIsTriedAgainAfterABackoffAndAttemptsCountUp() throws InterruptedException {
        Queue<Integer> attempts = new ConcurrentLinkedQueue<>();
        Queue<Long> times = new ConcurrentLinkedQueue<>();
        SinkOptions options = builder()
                .backoff(Duration.ofMillis(40))
                .maxBackoff(Duration.ofMillis(80))
                .build();
        try (Sink<String> sink = stream.sink("mails", options)) {
            sink.consumeManually(delivery -> {
                attempts.add(delivery.attempt());
                times.add(System.nanoTime());
                if (delivery.attempt() < 4) {
                    throw new ServiceConfigurationError("on purpose");
                }
                delivery.ack();
            });
            add(1);
            await().untilAsserted(() -> assertThat(attempts).containsExactly(1, 2, 3, 4));
            awaitPending(0);
            Long[] at = times.toArray(Long[]::new);
            assertThat(at[1] - at[0]).isGreaterThanOrEqualTo(20_000_000L);
            assertThat(at[3] - at[2]).isGreaterThanOrEqualTo(40_000_000L);
        }
    }

    @PulseTest
    @Attacks(value = P1, by = Fault.F14)
    void handlersThatThrowErrorsLeaveTheOthersTheirThread() throws InterruptedException {
        try (Sink<String> sink =
                stream.sink("mails", builder().backoff(Duration.ofMillis(1)).build())) {
            AtomicInteger errors = new AtomicInteger();
            sink.consume(event -> {
                if (errors.getAndIncrement() < 3) {
                    throw new ServiceConfigurationError("on purpose");
                }
                handled.add(event.payload());
            });
            List<String> sent = add(5);
            await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrderElementsOf(sent));
        }
    }

    @PulseTest
    void parkedEventStaysOursBeyondTheLongestProcessing() throws InterruptedException {
        SinkOptions options =
                extending().maxProcessing(Duration.ofMillis(1_500)).build();
        try (Sink<String> one = stream.sink("mails", options);
                Sink<String> other = stream.sink("mails", options)) {
            add(1);
            Delivery<String> first = one.poll(1, LONG).getFirst();
            first.nack(Duration.ofSeconds(4));
            assertThat(other.poll(1, Duration.ofSeconds(3))).isEmpty();
            Delivery<String> again = one.poll(1, LONG).getFirst();
            assertThat(again.attempt()).isEqualTo(2);
            assertThat(again.ack()).isEqualTo(AckResult.ACKED);
        }
    }

    @PulseTest
    void nackWithoutDelayLetsAnotherConsumerHaveIt() throws InterruptedException {
        try (Sink<String> one = stream.sink("mails", SinkOptions.defaults());
                Sink<String> other = stream.sink("mails", SinkOptions.defaults())) {
            add(1);
            Delivery<String> delivery = one.poll(1, LONG).getFirst();
            delivery.nack(Duration.ZERO);
            delivery.nack(Duration.ZERO);
            assertThat(delivery.leaseHeld()).isFalse();
            assertThat(delivery.ack()).isEqualTo(AckResult.ALREADY_DONE);
            Delivery<String> again = other.poll(1, LONG).getFirst();
            assertThat(again.attempt()).isEqualTo(2);
            assertThat(again.event().id()).isEqualTo(delivery.event().id());
            assertThat(again.ack()).isEqualTo(AckResult.ACKED);
            assertThat(again.ack()).isEqualTo(AckResult.ALREADY_DONE);
            awaitPending(0);
        }
    }

    @PulseTest
    void ackOfWhatAnotherHasIsALostLease() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", SinkOptions.defaults())) {
            add(1);
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            raw.call("XACK", flat, "mails", delivery.event().id().toString());
            assertThat(delivery.ack()).isEqualTo(AckResult.LEASE_LOST);
            await().untilAsserted(() -> assertThat(told).hasAtLeastOneElementOfType(PulseEvent.LeaseLost.class));
        }
    }

    @PulseTest
    void extensionStealsNothingBackFromItsNewOwner() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", builder().build())) {
            add(2);
            List<Delivery<String>> held = sink.poll(2, LONG);
            String id = held.getFirst().event().id().toString();
            raw.call("XCLAIM", flat, "mails", "other", "0", id);
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(told).containsExactly(new PulseEvent.LeaseLost(stream.name(), "mails", id)));
            assertThat(held.getFirst().leaseHeld()).isFalse();
            assertThat(held.getLast().leaseHeld()).isTrue();
            assertThat(raw.list("XPENDING", flat, "mails", id, id, "1"))
                    .first()
                    .asInstanceOf(LIST)
                    .contains("other");
            assertThat(held.getLast().ack()).isEqualTo(AckResult.ACKED);
            raw.call("XACK", flat, "mails", id);
        }
    }

    @PulseTest
    void extensionKeepsTheEventOfASlowHandler() throws InterruptedException {
        try (Sink<String> one = stream.sink("mails", extending().build());
                Sink<String> other = stream.sink("mails", extending().build())) {
            add(1);
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            one.consume(event -> {
                handled.add("one");
                begun.countDown();
                end.await();
            });
            begun.await();
            assertThat(other.poll(1, Duration.ofSeconds(3))).isEmpty();
            end.countDown();
            awaitPending(0);
            assertThat(handled).containsExactly("one");
            assertThat(told).isEmpty();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P12},
            by = Fault.F14)
    void handlerThatTakesTooLongIsInterruptedAndItsEventReleased() throws InterruptedException {
        SinkOptions options = builder().maxProcessing(Duration.ofMillis(300)).build();
        AtomicBoolean interrupted = new AtomicBoolean();
        try (Sink<String> sink = stream.sink("mails", options)) {
            sink.consumeManually(delivery -> {
                if (delivery.attempt() == 1) {
                    try {
                        Thread.sleep(LONG);
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                        assertThat(delivery.leaseHeld()).isFalse();
                        assertThat(delivery.ack()).isEqualTo(AckResult.LEASE_LOST);
                    }
                } else {
                    handled.add(delivery.event().payload());
                    delivery.ack();
                }
            });
            add(1);
            await().untilAsserted(() -> assertThat(handled).containsExactly("0"));
            assertThat(interrupted).isTrue();
            awaitPending(0);
        }
    }

    @PulseTest
    @Attacks(value = P3, by = Fault.F01)
    void unackedEventIsClaimedAfterItsDeadline() throws InterruptedException {
        add(3);
        try (Sink<String> sink = stream.sink("mails", builder().build())) {
            // a consumer that died: what it read is extended by nobody
            raw.call("XREADGROUP", "GROUP", "mails", "dead", "COUNT", "2", "STREAMS", flat, ">");
            long begin = System.nanoTime();
            sink.consumeManually(delivery -> {
                handled.add(delivery.event().payload() + " " + delivery.attempt());
                delivery.ack();
            });
            // what came due before it began comes before what is new
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("2 1", "0 2", "1 2"));
            // what is promised, and what a busy machine may add
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(2_200 + 10_000));
            awaitPending(0);
        }
    }

    @PulseTest
    void consumerThatNobodyUsesClaimsNothing() throws InterruptedException {
        try (Sink<String> unused = stream.sink("mails", builder().build());
                Sink<String> sink = stream.sink("mails", builder().build())) {
            add(1);
            raw.call("XREADGROUP", "GROUP", "mails", "dead", "COUNT", "1", "STREAMS", flat, ">");
            await().pollInterval(Duration.ofMillis(20)).until(() -> idleOfPending() > 400);
            sink.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactly("0"));
            assertThat(unused.name()).isEqualTo("mails");
        }
    }

    @PulseTest
    void deletedPendingEntryIsDroppedAndReported() throws InterruptedException {
        add(2);
        try (Sink<String> sink = stream.sink("mails", builder().build())) {
            raw.call("XREADGROUP", "GROUP", "mails", "dead", "COUNT", "2", "STREAMS", flat, ">");
            String first =
                    (String) ((List<?>) raw.list("XRANGE", flat, "-", "+").getFirst()).getFirst();
            raw.call("XDEL", flat, first);
            sink.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactly("1"));
            awaitPending(0);
            await().untilAsserted(() -> assertThat(told)
                    .filteredOn(PulseEvent.EntryDropped.class::isInstance)
                    .singleElement()
                    .extracting(event -> ((PulseEvent.EntryDropped) event).eventId())
                    .isEqualTo(first));
        }
    }

    @PulseTest
    void pollIsBoundedByWhatIsInFlight() throws InterruptedException {
        add(10);
        try (Sink<String> sink =
                stream.sink("mails", builder().batchSize(3).maxInFlight(3).build())) {
            List<Delivery<String>> three = sink.poll(10, LONG);
            assertThat(three).hasSize(3);
            assertThat(sink.poll(10, Duration.ofMillis(30))).isEmpty();
            assertThat(three.getFirst().ack()).isEqualTo(AckResult.ACKED);
            assertThat(sink.poll(10, LONG)).hasSize(1);
            assertThatIllegalStateException().isThrownBy(() -> sink.consume(event -> {}));
        }
    }

    @PulseTest
    void closingEndsAPollThatWaits() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            Sink<String> sink = stream.sink("mails", SinkOptions.defaults());
            AtomicReference<Object> result = new AtomicReference<>();
            CountDownLatch begun = new CountDownLatch(1);
            Thread poller = Thread.ofVirtual().start(() -> {
                begun.countDown();
                try {
                    result.set(sink.poll(1, LONG));
                } catch (InterruptedException | RuntimeException e) {
                    result.set(e instanceof IllegalStateException ? List.of() : e);
                }
            });
            begun.await();
            assertThat(sink.close(LONG)).isEqualTo(CloseResult.drained());
            poller.join();
            assertThat(result.get()).isEqualTo(List.of());
            assertThat(consumers()).isEmpty();
        }
    }

    @PulseTest
    void consumerIsKnownInBothForms() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
            String owned = stream.name() + ":generation:1";
            for (String map : List.of("stream:" + owned + ":sink:k:keepalive", "sink:k:keepalive")) {
                assertThat(raw.text("HGET", "map:" + map + ":content", sink.consumer()))
                        .matches("1\\d{18}");
            }
            for (String map : List.of("stream:" + owned + ":sinks", "stream:" + stream.name() + ":sinks")) {
                assertThat(raw.text("HGET", "map:" + map + ":content", "k")).isEqualTo("[\"" + sink.consumer() + "\"]");
            }
            assertThat(raw.list("SMEMBERS", "pulse:stream:" + owned + ":resources"))
                    .isEqualTo(List.of("map:stream:" + owned + ":sink:k:keepalive:content"));
            sink.consume(event -> handled.add(event.payload()));
            EventId last = stream.add("e", "x");
            await().untilAsserted(() ->
                    assertThat(raw.call("HGET", flat + ":sink-recovery:1", "k")).isEqualTo(last.toString()));
        }
    }

    @PulseTest
    void heartbeatGoesOn() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", builder().build())) {
            String key = "map:stream:" + stream.name() + ":generation:1:sink:k:keepalive:content";
            String first = raw.text("HGET", key, sink.consumer());
            await().until(() -> raw.text("HGET", key, sink.consumer()).compareTo(first) > 0);
        }
    }

    @PulseTest
    void cursorStandsBeforeTheFirstPending() throws InterruptedException {
        for (String id : List.of("5-0", "5-7", "6-0", "6-18446744073709551615", "7-9007199254740993")) {
            raw.call("XADD", flat, id, "n", "e", "p", id);
        }
        String cursors = flat + ":sink-recovery:1";
        List<String> expected = List.of(
                "5-6", "5-18446744073709551615", "6-18446744073709551614", "7-9007199254740992", "7-9007199254740993");
        try (Sink<String> sink = stream.sink("k", SinkOptions.builder().build())) {
            List<Delivery<String>> all = sink.poll(10, LONG);
            assertThat(all).hasSize(5);
            for (int i = 0; i < 5; i++) {
                String cursor = expected.get(i);
                assertThat(all.get(i).ack()).isEqualTo(AckResult.ACKED);
                await().untilAsserted(
                                () -> assertThat(raw.call("HGET", cursors, "k")).isEqualTo(cursor));
            }
        }
    }

    @PulseTest
    @Attacks(P14)
    void nothingIsLeftAfterAHundredTimesOpenedAndClosed() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
                if (i % 2 == 0) {
                    sink.consume(event -> handled.add(event.payload()));
                    stream.add("e", "x");
                    int soFar = i / 2 + 1;
                    await().pollInterval(Duration.ofMillis(1)).until(() -> handled.size() == soFar);
                }
            }
        }
        assertThat(consumers()).isEmpty();
        String keepAlive = "map:stream:" + stream.name() + ":generation:1:sink:k:keepalive:content";
        assertThat(raw.list("HKEYS", keepAlive))
                .doesNotContainNull()
                .allMatch(field -> ((String) field).startsWith("="));
        assertThat(raw.call("HGET", "map:stream:" + stream.name() + ":sinks:content", "k"))
                .isNull();
    }

    @PulseTest
    void closingGivesBackAtOnceWhatWasNotBegun() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        add(10);
        SinkOptions patient =
                SinkOptions.builder().ackDeadline(Duration.ofSeconds(20)).build();
        Sink<String> one = stream.sink("mails", patient);
        one.consume(event -> {
            begun.countDown();
            end.await();
            handled.add(event.payload());
        });
        begun.await();
        awaitPending(10);
        try (Sink<String> other = stream.sink("mails", patient)) {
            Queue<Integer> attempts = new ConcurrentLinkedQueue<>();
            AtomicReference<CloseResult> result = new AtomicReference<>();
            Thread closer = Thread.ofVirtual().start(() -> result.set(one.close(LONG)));
            // long before the handler ends
            other.consumeManually(delivery -> {
                attempts.add(delivery.attempt());
                handled.add(delivery.event().payload());
                delivery.ack();
            });
            await().untilAsserted(() -> assertThat(attempts).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1));
            end.countDown();
            closer.join();
            assertThat(requireNonNull(result.get()).how()).isEqualTo(CloseResult.How.DRAINED);
            assertThat(handled).hasSize(10).doesNotHaveDuplicates();
            awaitPending(0);
        }
    }

    @PulseTest
    void whatWasGivenBackComesBeforeAnythingNew() throws InterruptedException {
        List<String> sent = add(250);
        try (Sink<String> one =
                stream.sink("mails", SinkOptions.builder().maxInFlight(1_000).build())) {
            List<Delivery<String>> held = new ArrayList<>();
            while (held.size() < 250) {
                held.addAll(one.poll(250, LONG));
            }
        }
        add(10);
        List<String> expected = new ArrayList<>(sent);
        expected.addAll(sent.subList(0, 10));
        try (Sink<String> polled = stream.sink("mails", SinkOptions.defaults())) {
            assertThat(polled.poll(1, LONG))
                    .extracting(delivery -> delivery.event().payload())
                    .containsExactly("0");
        }
        // many times what one read takes, so the first is not the only one that must not bring what is new
        SinkOptions small =
                SinkOptions.builder().batchSize(10).maxInFlight(1_000).build();
        try (Sink<String> next = stream.sink("mails", small)) {
            next.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).hasSize(260));
            assertThat(handled).containsExactlyElementsOf(expected);
        }
    }

    @PulseTest
    void stoppedConsumptionGivesBackAndClaimsNothing() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        add(5);
        try (Sink<String> one = stream.sink("mails", SinkOptions.defaults());
                Sink<String> other = stream.sink("mails", SinkOptions.defaults())) {
            Consumption consumption = one.consume(event -> {
                begun.countDown();
                end.await();
            });
            begun.await();
            awaitPending(5);
            consumption.stop();
            other.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("1", "2", "3", "4"));
            end.countDown();
            awaitPending(0);
        }
    }

    @PulseTest
    void sinkClosedFromItsHandlerAcksThatEvent() throws InterruptedException {
        add(3);
        Sink<String> sink = stream.sink("mails", SinkOptions.defaults());
        Consumption consumption = sink.consume(event -> {
            handled.add(event.payload());
            assertThat(sink.close(LONG)).isEqualTo(CloseResult.drained());
        });
        await().until(consumption::isFinished);
        sink.close();
        assertThat(handled).containsExactly("0");
        awaitPending(2);
    }

    @PulseTest
    void handlersThatAllCloseDoNotWaitForEachOther() throws InterruptedException {
        add(2);
        CountDownLatch both = new CountDownLatch(2);
        AtomicReference<Consumption> consumption = new AtomicReference<>();
        try (Sink<String> sink =
                stream.sink("mails", SinkOptions.builder().concurrency(2).build())) {
            consumption.set(sink.consume(event -> {
                both.countDown();
                both.await();
                await().until(() -> consumption.get() != null);
                requireNonNull(consumption.get()).close();
                handled.add(event.payload());
            }));
            // sooner than handlers are given to finish
            await().atMost(Duration.ofSeconds(9))
                    .untilAsserted(() -> assertThat(handled).hasSize(2));
            awaitPending(0);
        }
    }

    @PulseTest
    @Attacks(value = P12, by = Fault.F14)
    void closingDrainsThenInterruptsThenAbandons() throws InterruptedException {
        add(3);
        Semaphore handlers = new Semaphore(0);
        AtomicBoolean free = new AtomicBoolean();
        Sink<String> sink =
                stream.sink("mails", SinkOptions.builder().concurrency(3).build());
        sink.consumeManually(delivery -> {
            handlers.release();
            switch (delivery.event().payload()) {
                case "0" -> Thread.sleep(LONG);
                case "1" -> {
                    delivery.ack();
                    Thread.sleep(LONG);
                }
                default -> {
                    while (!free.get()) {
                        Thread.onSpinWait();
                        Thread.yield();
                    }
                }
            }
        });
        handlers.acquire(3);
        awaitPending(2);
        long begin = System.nanoTime();
        CloseResult result = sink.close(Duration.ofMillis(50));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(12));
        assertThat(result.how()).isEqualTo(CloseResult.How.ABANDONED);
        assertThat(result.problems()).anyMatch(problem -> problem.startsWith("1 handlers"));
        free.set(true);
        try (Sink<String> next = stream.sink("mails", builder().build())) {
            next.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("0", "2"));
        }
    }

    @PulseTest
    void interruptOfTheCloserBeginsTheSecondPhase() throws InterruptedException {
        add(1);
        CountDownLatch begun = new CountDownLatch(1);
        Sink<String> sink = stream.sink("mails", SinkOptions.defaults());
        sink.consume(event -> {
            begun.countDown();
            Thread.sleep(Duration.ofMinutes(1));
        });
        begun.await();
        Thread.currentThread().interrupt();
        CloseResult result = sink.close(HOUR);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(result.how()).isEqualTo(CloseResult.How.INTERRUPTED);
        try (Sink<String> next = stream.sink("mails", SinkOptions.defaults())) {
            assertThat(next.poll(1, LONG)).extracting(Delivery::attempt).containsExactly(2);
        }
    }

    @PulseTest
    void idleSinkClosesCleanlyWithoutADrain() throws InterruptedException {
        Sink<String> sink = stream.sink("mails", SinkOptions.defaults());
        sink.consume(event -> {});
        assertThat(sink.close(Duration.ZERO)).isEqualTo(CloseResult.drained());
        assertThat(sink.close(Duration.ZERO)).isEqualTo(CloseResult.drained());
    }

    @PulseTest
    void graceOfAGoSinkIsAdopted() throws InterruptedException {
        config(Map.of("filter_kind", "all", "filter_value", "", "start_id", "0", "no_ack", "0", "ack_grace_ms", "300"));
        add(1);
        try (Sink<String> sink = stream.sink(
                "k", SinkOptions.builder().ackDeadline(HOUR).maxProcessing(HOUR).build())) {
            raw.call("XREADGROUP", "GROUP", "k", "dead", "STREAMS", flat, ">");
            assertThat(sink.poll(1, LONG)).hasSize(1);
        }
    }

    @PulseTest
    void contradictingGoSinkIsRefused() {
        config(Map.of(
                "filter_kind", "topic", "filter_value", "t1", "start_id", "0", "no_ack", "0", "ack_grace_ms", "300"));
        assertThatThrownBy(() -> stream.sink("k", SinkOptions.defaults()))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("topic")
                .hasMessageContaining("t1");
        assertThat(raw.list("KEYS", "map:stream:" + stream.name() + "*")).isEmpty();
    }

    @PulseTest
    void newSinkBeginsWhereItIsTold() throws InterruptedException {
        add(2);
        try (Sink<String> newest = stream.sink(
                        "new", SinkOptions.builder().startAt(StartAt.newest()).build());
                Sink<String> oldest = stream.sink("old", SinkOptions.defaults())) {
            stream.add("e", "x");
            assertThat(newest.poll(10, LONG))
                    .extracting(delivery -> delivery.event().payload())
                    .containsExactly("x");
            assertThat(oldest.poll(10, LONG)).hasSize(3);
        }
    }

    private void config(Map<String, String> fields) {
        fields.forEach((field, value) ->
                raw.call("HSET", "pulse:stream:" + stream.name() + ":generation:1:sink:k:config", field, value));
    }

    private static SinkOptions.Builder builder() {
        return SinkOptions.builder().ackDeadline(Duration.ofMillis(200));
    }

    /** Extended each third of it, which a busy machine must not miss where another consumer waits for that. */
    private static SinkOptions.Builder extending() {
        return SinkOptions.builder().ackDeadline(Duration.ofMillis(1_500));
    }

    private List<String> add(int count) throws InterruptedException {
        List<String> sent =
                IntStream.range(0, count).mapToObj(Integer::toString).toList();
        stream.addAll(sent.stream().map(n -> NewEvent.of("e", n)).toList());
        return sent;
    }

    private void awaitPending(long count) {
        await().untilAsserted(() ->
                assertThat(raw.list("XPENDING", flat, "mails").getFirst()).isEqualTo(count));
    }

    private long idleOfPending() {
        return (Long)
                ((List<?>) raw.list("XPENDING", flat, "mails", "-", "+", "1").getFirst()).get(2);
    }

    private List<String> consumers() {
        Map<String, String> names = new HashMap<>();
        for (Object group : raw.list("XINFO", "GROUPS", flat)) {
            String name = (String) ((List<?>) group).get(1);
            for (Object consumer : raw.list("XINFO", "CONSUMERS", flat, name)) {
                names.put((String) ((List<?>) consumer).get(1), name);
            }
        }
        return List.copyOf(names.keySet());
    }
}
