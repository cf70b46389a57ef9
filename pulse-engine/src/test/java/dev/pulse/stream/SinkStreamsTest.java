package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P14;
import static dev.pulse.faults.Promise.P3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.StreamDestroyedException;
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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One sink of several streams, which come and go while it is consumed. */
@RedisTest(shared = true)
class SinkStreamsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> one;
    private EventStream<String> two;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
        raw = redis.client();
        one = pulse.stream(prefix.name("one"), Codecs.string());
        two = pulse.stream(prefix.name("two"), Codecs.string());
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void eachStreamKeepsItsOrderAndBeginsWhereItIsTold() throws InterruptedException {
        List<EventId> first = add(one, 250);
        List<EventId> second = add(two, 20);
        Queue<Event<String>> seen = new ConcurrentLinkedQueue<>();
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.after(second.get(9)));
            assertThat(sink.streams()).containsExactly(one.name(), two.name());
            sink.consume(seen::add);
            await().atMost(LONG).untilAsserted(() -> assertThat(seen).hasSize(260));
            assertThat(of(one, seen)).isEqualTo(first);
            assertThat(of(two, seen)).isEqualTo(second.subList(10, 20));
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    void pollBringsNoMoreThanIsWantedAndKeepsNoStreamWaiting() throws InterruptedException {
        List<EventId> first = add(one, 30);
        List<EventId> second = add(two, 5);
        SinkOptions narrow = SinkOptions.builder().batchSize(1).maxInFlight(1).build();
        try (Sink<String> sink = one.sink("k", narrow)) {
            sink.addStream(two, StartAt.oldest());
            List<Event<String>> seen = new ArrayList<>();
            while (seen.size() < 35) {
                List<Delivery<String>> polled = sink.poll(10, LONG);
                assertThat(polled).hasSize(1);
                assertThat(pending(one) + pending(two)).isEqualTo(1);
                seen.add(polled.getFirst().event());
                assertThat(polled.getFirst().ack()).isEqualTo(AckResult.ACKED);
            }
            assertThat(of(one, seen)).isEqualTo(first);
            assertThat(of(two, seen)).isEqualTo(second);
            assertThat(of(two, seen.subList(0, 12))).hasSize(5);
            assertThat(sink.poll(1, Duration.ZERO)).isEmpty();
        }
    }

    @PulseTest
    void streamThatIsAddedDuringABlockingReadIsReadAtOnce() throws Exception {
        try (Sink<String> polled = one.sink("polled", SinkOptions.defaults());
                Sink<String> consumed = one.sink("consumed", SinkOptions.defaults())) {
            FutureTask<List<Delivery<String>>> poll = new FutureTask<>(() -> polled.poll(10, LONG));
            Thread.ofVirtual().start(poll);
            consumed.consume(event -> handled.add(event.stream() + event.payload()));
            two.add("e", "old");
            long before = System.nanoTime();
            polled.addStream(two, StartAt.oldest());
            consumed.addStream(two, StartAt.newest());
            assertThat(poll.get())
                    .extracting(delivery -> delivery.event().payload())
                    .containsExactly("old");
            two.add("e", "new");
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).containsExactly(two.name() + "new"));
            // long before any read would have ended by itself
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
        }
    }

    @PulseTest
    void whatWasNotBegunOfARemovedStreamIsGivenBackAndWhatWasCanStillBeAcked() throws InterruptedException {
        add(one, 10);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults());
                Sink<String> other = one.sink("k", SinkOptions.defaults())) {
            sink.consume(event -> {
                handled.add(event.stream() + event.payload());
                begun.countDown();
                if (event.stream().equals(one.name())) {
                    end.await();
                }
            });
            begun.await();
            await().atMost(LONG).until(() -> pending(one) == 10);
            sink.addStream(two, StartAt.oldest());
            sink.removeStream(one.name());
            assertThat(sink.streams()).containsExactly(two.name());
            List<Delivery<String>> rest = new ArrayList<>();
            while (rest.size() < 9) {
                rest.addAll(other.poll(9, LONG));
            }
            assertThat(rest).extracting(Delivery::attempt).containsOnly(1);
            for (Delivery<String> delivery : rest) {
                assertThat(delivery.ack()).isEqualTo(AckResult.ACKED);
            }
            assertThat(consumers(one)).contains(sink.consumer());
            end.countDown();
            awaitNothingPending(one);
            add(two, 1);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(handled).containsExactly(one.name() + "0", two.name() + "0"));
            // it has left that stream, and that one only
            await().atMost(LONG).until(() -> !consumers(one).contains(sink.consumer()));
            await().atMost(LONG).until(() -> keepAlive(one, sink) == null);
            assertThat(keepAlive(two, sink)).isNotNull();
        }
    }

    @PulseTest
    void whatFailsAfterItsStreamWasRemovedIsGivenBack() throws InterruptedException {
        add(one, 2);
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults());
                Sink<String> other = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.oldest());
            List<Delivery<String>> held = new ArrayList<>();
            while (held.size() < 2) {
                held.addAll(sink.poll(2, LONG));
            }
            sink.removeStream(one.name());
            held.get(0).nack(Duration.ofHours(1));
            assertThat(held.get(1).leaseHeld()).isTrue();
            Delivery<String> again = other.poll(1, LONG).getFirst();
            assertThat(again.event().id()).isEqualTo(held.get(0).event().id());
            assertThat(again.attempt()).isEqualTo(2);
            assertThat(again.ack()).isEqualTo(AckResult.ACKED);
            assertThat(held.get(1).ack()).isEqualTo(AckResult.ACKED);
            await().atMost(LONG).until(() -> !consumers(one).contains(sink.consumer()));
        }
    }

    @PulseTest
    void removedStreamCanComeBackAtAnyTime() throws InterruptedException {
        add(one, 2);
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.oldest());
            Delivery<String> held = sink.poll(1, LONG).getFirst();
            // something of it is in flight still
            sink.removeStream(one.name());
            sink.addStream(one, StartAt.newest());
            Delivery<String> next = sink.poll(1, LONG).getFirst();
            assertThat(next.event().payload()).isEqualTo("1");
            assertThat(held.ack()).isEqualTo(AckResult.ACKED);
            assertThat(next.ack()).isEqualTo(AckResult.ACKED);
            sink.removeStream(one.name());
            add(one, 1);
            await().atMost(LONG).until(() -> !consumers(one).contains(sink.consumer()));
            sink.addStream(one, StartAt.newest());
            assertThat(sink.streams()).containsExactly(two.name(), one.name());
            Delivery<String> last = sink.poll(1, LONG).getFirst();
            assertThat(last.event().stream()).isEqualTo(one.name());
            assertThat(last.ack()).isEqualTo(AckResult.ACKED);
            for (int i = 0; i < 20; i++) {
                sink.removeStream(one.name());
                sink.addStream(one, StartAt.newest());
            }
            add(one, 1);
            assertThat(sink.poll(1, LONG).getFirst().ack()).isEqualTo(AckResult.ACKED);
            awaitNothingPending(one, two);
            assertThat(consumers(one)).containsExactly(sink.consumer());
        }
        assertThat(consumers(one)).isEmpty();
    }

    @PulseTest
    void streamsCanBeAddedAndRemovedByTheHandler() throws InterruptedException {
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.consume(event -> {
                handled.add(event.payload());
                if (event.payload().equals("next")) {
                    sink.addStream(two, StartAt.oldest());
                    sink.removeStream(one.name());
                }
            });
            two.add("e", "of two");
            one.addAll(List.of(NewEvent.of("e", "next"), NewEvent.of("e", "not any more")));
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).containsExactly("next", "of two"));
            await().atMost(LONG).until(() -> consumers(one).isEmpty() || pending(one) == 1);
        }
    }

    @PulseTest
    void eventsOfOneIdInTwoStreamsAreTwo() throws InterruptedException {
        for (EventStream<String> stream : List.of(one, two)) {
            raw.call("XADD", key(stream), "5-0", "n", "e", "p", stream.name());
        }
        SinkOptions options =
                SinkOptions.builder().backoff(Duration.ofMillis(10)).build();
        try (Sink<String> sink = one.sink("k", options)) {
            sink.addStream(two, StartAt.oldest());
            Queue<String> attempts = new ConcurrentLinkedQueue<>();
            sink.consumeManually(delivery -> {
                attempts.add(delivery.event().payload() + delivery.attempt());
                if (delivery.event().stream().equals(one.name()) && delivery.attempt() == 1) {
                    delivery.nack();
                } else {
                    delivery.ack();
                }
            });
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(attempts)
                            .containsExactlyInAnyOrder(one.name() + "1", one.name() + "2", two.name() + "1"));
            awaitNothingPending(one, two);
            await().atMost(LONG).until(() -> sink.figures().acked() == 2);
        }
    }

    @PulseTest
    @Attacks(value = P3, by = Fault.F01)
    void whatADeadConsumerHeldOfEitherStreamIsClaimed() throws InterruptedException {
        add(one, 3);
        add(two, 3);
        SinkOptions options =
                SinkOptions.builder().ackDeadline(Duration.ofMillis(300)).build();
        try (Sink<String> sink = one.sink("k", options)) {
            sink.addStream(two, StartAt.oldest());
            for (EventStream<String> stream : List.of(one, two)) {
                raw.call("XREADGROUP", "GROUP", "k", "dead", "COUNT", "2", "STREAMS", key(stream), ">");
            }
            Set<String> attempts = ConcurrentHashMap.newKeySet();
            sink.consumeManually(delivery -> {
                attempts.add(delivery.event().stream() + delivery.event().payload() + delivery.attempt());
                delivery.ackLater();
            });
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(attempts)
                            .containsExactlyInAnyOrder(
                                    one.name() + "02",
                                    one.name() + "12",
                                    one.name() + "21",
                                    two.name() + "02",
                                    two.name() + "12",
                                    two.name() + "21"));
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    void lostGroupOfOneStreamIsMadeAgain() throws InterruptedException {
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.newest());
            sink.consume(event -> handled.add(event.stream() + event.payload()));
            raw.call("MULTI");
            raw.call("XGROUP", "DESTROY", key(two), "k");
            raw.call("XADD", key(two), "*", "n", "e", "p", "after");
            raw.call("EXEC");
            one.add("e", "after");
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(handled).containsExactlyInAnyOrder(one.name() + "after", two.name() + "after"));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(told)
                            .filteredOn(PulseEvent.GroupLost.class::isInstance)
                            .containsExactly(new PulseEvent.GroupLost(two.name(), "k")));
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    void groupsOfSeveralStreamsGoOnAtCursorsThatReplicasShareAndThatOutliveTheEvents() throws InterruptedException {
        List<EventId> last = new ArrayList<>();
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults());
                Sink<String> replica = one.sink("k", SinkOptions.defaults())) {
            for (Sink<String> each : List.of(sink, replica)) {
                each.addStream(two, StartAt.oldest());
                each.consume(event -> handled.add(event.stream() + event.payload()));
            }
            for (EventStream<String> stream : List.of(one, two)) {
                last.add(add(stream, 20).getLast());
            }
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(40));
            awaitNothingPending(one, two);
        }
        for (int i = 0; i < 2; i++) {
            EventStream<String> stream = List.of(one, two).get(i);
            assertThat(raw.call("HGET", key(stream) + ":sink-recovery:1", "k"))
                    .isEqualTo(last.get(i).toString());
            // as when the time to live of the events is over
            raw.call("DEL", key(stream));
            raw.call("XADD", key(stream), "*", "n", "e", "p", "later");
        }
        handled.clear();
        try (Sink<String> third = one.sink("k", SinkOptions.defaults())) {
            third.addStream(two, StartAt.newest());
            third.consume(event -> handled.add(event.stream() + event.payload()));
            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(handled).containsExactlyInAnyOrder(one.name() + "later", two.name() + "later"));
            for (EventStream<String> stream : List.of(one, two)) {
                raw.call("XGROUP", "DESTROY", key(stream), "k");
                stream.add("e", "last");
            }
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(handled).contains(one.name() + "last", two.name() + "last"));
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    @Attacks(value = P1, by = Fault.F06)
    void aReadThatFailsInTheMiddleLosesNothingOfAnyStream() throws InterruptedException {
        AtomicInteger failures = new AtomicInteger();
        SinkOptions options = SinkOptions.builder()
                .filter(event -> {
                    if (event.payload().equals("1") && failures.getAndIncrement() < 4) {
                        // what no filter is expected to throw
                        throw new InternalError("on purpose");
                    }
                    return true;
                })
                .build();
        try (Sink<String> sink = one.sink("k", options)) {
            sink.addStream(two, StartAt.oldest());
            add(one, 3);
            add(two, 3);
            sink.consume(event -> handled.add(event.stream() + event.payload()));
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(6));
            assertThat(handled).doesNotHaveDuplicates();
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    void destroyedStreamDropsOutAndTheLastOneEndsTheSink() throws InterruptedException {
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.oldest());
            Consumption consumption = sink.consume(event -> handled.add(event.stream() + event.payload()));
            add(one, 1);
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(1));
            one.destroy();
            await().atMost(LONG).until(() -> sink.streams().equals(List.of(two.name())));
            add(two, 1);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(handled).containsExactly(one.name() + "0", two.name() + "0"));
            assertThat(consumption.isFinished()).isFalse();
            await().atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(told).containsOnlyOnce(new PulseEvent.StreamDestroyed(one.name(), 1)));
            // its next life is another stream
            EventStream<String> reborn = pulse.stream(one.name(), Codecs.string());
            sink.addStream(reborn, StartAt.oldest());
            add(reborn, 1);
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(3));
            reborn.destroy();
            await().atMost(LONG).until(() -> sink.streams().equals(List.of(two.name())));
            two.destroy();
            await().atMost(LONG).until(consumption::isFinished);
            await().atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(told).containsOnlyOnce(new PulseEvent.StreamDestroyed(two.name(), 1)));
        }
    }

    @PulseTest
    void pollOfDestroyedStreamsThrowsWithTheLastOne() throws InterruptedException {
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.oldest());
            one.destroy();
            add(two, 1);
            assertThat(sink.poll(1, LONG).getFirst().ack()).isEqualTo(AckResult.ACKED);
            await().atMost(LONG).until(() -> {
                sink.poll(1, Duration.ZERO);
                return sink.streams().size() == 1;
            });
            two.destroy();
            assertThatThrownBy(() -> sink.poll(1, LONG)).isInstanceOf(StreamDestroyedException.class);
        }
    }

    @PulseTest
    void deadLettersStandWithTheStreamOfTheirEvent() throws InterruptedException {
        add(one, 1);
        add(two, 1);
        try (Sink<String> sink =
                one.sink("k", SinkOptions.builder().maxDeliveries(1).build())) {
            sink.addStream(two, StartAt.oldest());
            sink.consume(event -> {
                throw new IllegalStateException("on purpose, in " + event.stream());
            });
            for (EventStream<String> stream : List.of(one, two)) {
                await().atMost(LONG).until(() -> stream.deadLetters().count() == 1);
                assertThat(stream.deadLetters().list(10).getFirst().cause()).endsWith("in " + stream.name());
            }
            await().atMost(LONG).until(() -> sink.figures().dead() == 2);
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    void figuresAreOfAllStreamsTogether() throws InterruptedException {
        add(one, 3);
        add(two, 4);
        try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
            sink.addStream(two, StartAt.oldest());
            boolean knowsLag = raw.list("XINFO", "GROUPS", key(one)).toString().contains("lag");
            if (knowsLag) {
                assertThat(sink.figures().lag()).hasValue(7);
            }
            List<Delivery<String>> held = new ArrayList<>();
            while (held.size() < 7) {
                held.addAll(sink.poll(10, LONG));
            }
            SinkFigures figures = sink.figures();
            assertThat(figures.pending()).hasValue(7);
            assertThat(figures.inFlight()).isEqualTo(7);
            assertThat(figures.oldestPending()).isPresent();
            held.forEach(Delivery::ackLater);
            await().atMost(LONG).until(() -> sink.figures().acked() == 7);
            await().atMost(LONG).until(() -> sink.figures().pending().orElse(-1) == 0);
        }
    }

    @PulseTest
    void orderByKeyHoldsAcrossStreams() throws InterruptedException {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        SinkOptions options =
                SinkOptions.builder().concurrency(8).orderBy(event -> "same").build();
        try (Sink<String> sink = one.sink("k", options)) {
            sink.addStream(two, StartAt.oldest());
            add(one, 50);
            add(two, 50);
            sink.consume(event -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                handled.add(event.stream() + event.payload());
                Thread.yield();
                running.decrementAndGet();
            });
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(100));
            assertThat(most).hasValue(1);
            awaitNothingPending(one, two);
        }
    }

    @PulseTest
    void exclusiveConsumerIsActiveForAllStreams() throws InterruptedException {
        SinkOptions options = SinkOptions.builder().exclusive(true).build();
        Set<String> active = ConcurrentHashMap.newKeySet();
        Semaphore permits = new Semaphore(0);
        List<Sink<String>> sinks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Sink<String> sink = one.sink("k", options);
            sinks.add(sink);
            sink.addStream(two, StartAt.oldest());
            sink.consumeManually(delivery -> {
                active.add(sink.consumer() + delivery.fencingToken().orElseThrow());
                permits.acquire();
                handled.add(delivery.event().stream() + delivery.event().payload());
                delivery.ackLater();
            });
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> sinks.getFirst().removeStream(one.name()))
                .withMessageContaining("keeps its lease");
        add(one, 10);
        add(two, 10);
        permits.release(5);
        await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(5));
        assertThat(active).hasSize(1);
        String first = active.iterator().next();
        Sink<String> holder = sinks.stream()
                .filter(sink -> first.startsWith(sink.consumer()))
                .findFirst()
                .orElseThrow();
        permits.release(15);
        holder.close();
        await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(20));
        assertThat(handled).doesNotHaveDuplicates();
        add(two, 11);
        permits.release(11);
        await().atMost(LONG).untilAsserted(() -> assertThat(handled).hasSize(31));
        assertThat(active).hasSize(2);
        sinks.forEach(Sink::close);
        awaitNothingPending(one, two);
    }

    @PulseTest
    @Attacks(P14)
    void nothingIsLeftOfStreamsThatCameAndWent() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            try (Sink<String> sink = one.sink("k", SinkOptions.defaults())) {
                sink.addStream(two, StartAt.oldest());
                int soFar = 2 * (i + 1);
                sink.consume(event -> handled.add(event.payload()));
                add(one, 1);
                add(two, 1);
                await().pollInterval(Duration.ofMillis(1)).atMost(LONG).until(() -> handled.size() == soFar);
                if (i % 2 == 0) {
                    sink.removeStream(two.name());
                }
            }
        }
        for (EventStream<String> stream : List.of(one, two)) {
            assertThat(consumers(stream)).isEmpty();
            assertThat(raw.list("HKEYS", "map:stream:" + stream.name() + ":generation:1:sink:k:keepalive:content"))
                    .allMatch(field -> ((String) field).startsWith("="));
            assertThat(raw.call("HGET", "map:stream:" + stream.name() + ":generation:1:sinks:content", "k"))
                    .isNull();
        }
    }

    @PulseTest
    void wrongUseIsRefusedByName(TestRedis redis) throws InterruptedException {
        Sink<String> sink = one.sink("k", SinkOptions.defaults());
        assertThatIllegalStateException()
                .isThrownBy(() -> sink.removeStream(one.name()))
                .withMessage("stream \"" + one.name() + "\" is the last one of this sink and cannot be removed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sink.removeStream("other"))
                .withMessage("this sink does not read stream \"other\", but [" + one.name() + "]");
        assertThatIllegalStateException()
                .isThrownBy(() -> sink.addStream(one, StartAt.oldest()))
                .withMessage("this sink reads stream \"" + one.name() + "\" already");
        try (Pulse other = Pulse.connect(redis.uri())) {
            EventStream<String> foreign = other.stream(two.name(), Codecs.string());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> sink.addStream(foreign, StartAt.oldest()))
                    .withMessage("stream \"" + two.name() + "\" is of another Pulse");
        }
        sink.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> sink.addStream(two, StartAt.oldest()))
                .withMessage("sink k is closed");
        assertThat(raw.call("EXISTS", key(two))).isEqualTo(0L);
    }

    private static List<EventId> add(EventStream<String> stream, int count) throws InterruptedException {
        return stream.addAll(IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList());
    }

    private static List<EventId> of(EventStream<String> stream, Iterable<Event<String>> events) {
        List<EventId> ids = new ArrayList<>();
        for (Event<String> event : events) {
            if (event.stream().equals(stream.name())) {
                ids.add(event.id());
            }
        }
        return ids;
    }

    private static String key(EventStream<String> stream) {
        return "pulse:stream:" + stream.name();
    }

    private long pending(EventStream<String> stream) {
        return (Long) raw.list("XPENDING", key(stream), "k").getFirst();
    }

    @SafeVarargs
    private void awaitNothingPending(EventStream<String>... streams) {
        for (EventStream<String> stream : streams) {
            await().atMost(LONG).untilAsserted(() -> assertThat(pending(stream)).isZero());
        }
    }

    private List<String> consumers(EventStream<String> stream) {
        return raw.list("XINFO", "CONSUMERS", key(stream), "k").stream()
                .map(consumer -> (String) ((List<?>) consumer).get(1))
                .toList();
    }

    private @Nullable Object keepAlive(EventStream<String> stream, Sink<String> sink) {
        return raw.call(
                "HGET", "map:stream:" + stream.name() + ":generation:1:sink:k:keepalive:content", sink.consumer());
    }
}
