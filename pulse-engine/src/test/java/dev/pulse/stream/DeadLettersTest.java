package dev.pulse.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** How often an event is tried, what becomes of one that is given up, and how it comes back. */
@RedisTest(shared = true)
class DeadLettersTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMillis(200);

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
    void eventThatFailsTooOftenIsADeadLetterWithAllItHeld() throws InterruptedException {
        AtomicInteger deliveries = new AtomicInteger();
        try (Sink<String> sink = stream.sink("mails", quick().maxDeliveries(3).build())) {
            sink.consume(event -> {
                deliveries.incrementAndGet();
                throw new IllegalStateException("on purpose");
            });
            EventId id = stream.add(
                    NewEvent.of("user.created", "ada").withTopic("eu").withHeader("trace", "7"));
            awaitLetters(1);
            awaitPending(0);
            assertThat(deliveries).hasValue(3);
            DeadLetter<String> letter = stream.deadLetters().list(10).getFirst();
            assertThat(letter.sink()).isEqualTo("mails");
            assertThat(letter.cause()).isEqualTo("java.lang.IllegalStateException: on purpose");
            assertThat(letter.deliveries()).isEqualTo(3);
            assertThat(letter.originalId()).isEqualTo(id);
            assertThat(letter.incarnation()).isEqualTo(1);
            Map<String, String> headers = Map.of("trace", "7", "content-type", "text/plain; charset=utf-8");
            assertThat(letter.event())
                    .contains(new Event<>(
                            id, stream.name(), 1, "user.created", Optional.of("eu"), "ada", headers, id.time()));
            assertThat(raw.text("HGET", flat + ":dead:lifecycle", "retention_config"))
                    .isEqualTo("v=2|max=0|mode=none|value=0|sliding=false");
            await().untilAsserted(() -> assertThat(told)
                    .contains(new PulseEvent.DeadLettered(stream.name(), "mails", id.toString(), letter.cause())));
        }
    }

    @PulseTest
    void entriesWithThousandsOfForeignFieldsBecomeDeadLettersToo() throws InterruptedException {
        List<String> foreign = new ArrayList<>(List.of("XADD", flat, "*"));
        for (int i = 0; i < 9_000; i++) {
            foreign.add("field" + i);
            foreign.add("value" + i);
        }
        List<String> event = new ArrayList<>(foreign);
        event.addAll(List.of("n", "e", "p", "last", "t", "eu"));
        try (Sink<String> sink = stream.sink("mails", quick().maxDeliveries(1).build())) {
            sink.consume(handled -> {
                throw new IllegalStateException("on purpose");
            });
            raw.call(foreign.toArray(String[]::new));
            raw.call(event.toArray(String[]::new));
            awaitLetters(2);
            awaitPending(0);
        }
        String leftOut = "; of its fields %d are left out here, the first 3000 are kept";
        List<DeadLetter<String>> letters = stream.deadLetters().list(10);
        assertThat(letters)
                .extracting(DeadLetter::cause)
                .containsExactlyInAnyOrder(
                        "the entry has no field n, the event's name" + leftOut.formatted(6_000),
                        "java.lang.IllegalStateException: on purpose" + leftOut.formatted(6_003));
        DeadLetter<String> failed = letters.stream()
                .filter(letter -> letter.event().isPresent())
                .findFirst()
                .orElseThrow();
        assertThat(failed.event().orElseThrow().payload()).isEqualTo("last");
        assertThat(stream.deadLetters().replayAsNew(failed.id())).isPresent();
    }

    @PulseTest
    void handlerGivesAnEventUpItself() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", quick().build())) {
            stream.add("e", "a");
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            delivery.deadLetter("no such user");
            delivery.deadLetter("twice");
            delivery.nack();
            assertThat(delivery.ack()).isEqualTo(AckResult.ALREADY_DONE);
            awaitLetters(1);
            awaitPending(0);
            assertThat(stream.deadLetters().list(10))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.cause()).isEqualTo("no such user"));
        }
    }

    @PulseTest
    void lastNackGivesItUp() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", quick().maxDeliveries(2).build())) {
            stream.add("e", "a");
            sink.poll(1, LONG).getFirst().nack(Duration.ZERO);
            sink.poll(1, LONG).getFirst().nack(Duration.ofHours(1));
            awaitLetters(1);
            awaitPending(0);
        }
    }

    @PulseTest
    void causeOfTheLastNackIsThatOfTheDeadLetter() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", quick().maxDeliveries(2).build())) {
            stream.add("e", "a");
            sink.poll(1, LONG).getFirst().nack("no stock");
            sink.poll(1, LONG).getFirst().nack("still no stock");
            awaitLetters(1);
            assertThat(stream.deadLetters().list(10))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.cause()).isEqualTo("still no stock"));
            assertThat(sink.figures().failed()).isEqualTo(2);
        }
    }

    @PulseTest
    void entriesThatAreNoEventsAreDeadLettersAtOnce() throws InterruptedException {
        EventStream<Integer> numbers = pulse.stream(stream.name(), Codecs.json(Integer.class));
        try (Sink<Integer> sink = numbers.sink("mails", quick().build())) {
            raw.call("XADD", flat, "*", "x", "no name");
            raw.call("XADD", flat, "*", "n", "no payload");
            raw.call("XADD", flat, "*", "n", "e", "p", "no number");
            numbers.add("e", 7);
            assertThat(sink.poll(1, LONG)).singleElement().satisfies(delivery -> {
                assertThat(delivery.event().payload()).isEqualTo(7);
                delivery.ackLater();
            });
            awaitLetters(3);
            awaitPending(0);
            List<DeadLetter<Integer>> letters = numbers.deadLetters().list(10);
            assertThat(letters).allMatch(letter -> letter.event().isEmpty() && letter.deliveries() == 0);
            assertThat(letters.get(0).cause()).contains("no field n");
            assertThat(letters.get(1).cause()).contains("no field p");
            assertThat(letters.get(2).cause()).contains("codec cannot read");
            List<?> entry =
                    (List<?>) raw.list("XRANGE", flat + ":dead", "-", "+").getFirst();
            assertThat(requireNonNull((List<?>) entry.get(1)).subList(0, 2)).isEqualTo(List.of("x", "no name"));
        }
    }

    @PulseTest
    void thousandsOfMalformedEntriesAreHeldBackByTheBound() throws InterruptedException {
        try (Sink<String> sink =
                stream.sink("mails", quick().batchSize(10).maxInFlight(10).build())) {
            for (int i = 0; i < 500; i++) {
                raw.call("XADD", flat, "*", "n", "no payload");
            }
            stream.add("e", "last");
            sink.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactly("last"));
            awaitLetters(500);
            awaitPending(0);
        }
    }

    @PulseTest
    void attemptsGoOnCountingWithTheNextConsumer() throws InterruptedException {
        SinkOptions options = quick().maxDeliveries(4).build();
        List<Integer> attempts = new ArrayList<>();
        stream.add("e", "a");
        try (Sink<String> sink = stream.sink("mails", options)) {
            for (int i = 0; i < 3; i++) {
                Delivery<String> delivery = sink.poll(1, LONG).getFirst();
                attempts.add(delivery.attempt());
                if (i < 2) {
                    delivery.nack(Duration.ofMillis(1));
                }
            }
            // begun and never settled: as if the process had died now
            assertThat(deliveriesByRedis()).isEqualTo(3);
        }
        try (Sink<String> sink = stream.sink("mails", options)) {
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            attempts.add(delivery.attempt());
            delivery.nack();
            awaitLetters(1);
        }
        assertThat(attempts).containsExactly(1, 2, 3, 4);
    }

    @PulseTest
    void eventOverTheBoundIsTriedAloneOnceMore() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            stream.add("e", Integer.toString(i));
        }
        AtomicInteger running = new AtomicInteger();
        AtomicBoolean alone = new AtomicBoolean();
        Semaphore slow = new Semaphore(0);
        try (Sink<String> sink =
                stream.sink("mails", quick().maxDeliveries(2).concurrency(4).build())) {
            raw.call("XREADGROUP", "GROUP", "mails", "dead", "COUNT", "1", "STREAMS", flat, ">");
            raw.call("XCLAIM", flat, "mails", "dead", "0", firstPending(), "RETRYCOUNT", "2", "JUSTID");
            sink.consumeManually(delivery -> {
                int now = running.incrementAndGet();
                if (delivery.attempt() == 3) {
                    alone.set(now == 1 && deliveriesByRedis() > 1_000);
                    slow.release(20);
                } else if (delivery.attempt() == 1) {
                    slow.tryAcquire(300, TimeUnit.MILLISECONDS);
                }
                handled.add(delivery.event().payload());
                running.decrementAndGet();
                delivery.ack();
            });
            await().untilAsserted(() -> assertThat(handled).hasSize(20).doesNotHaveDuplicates());
            awaitPending(0);
            assertThat(alone).isTrue();
            assertThat(stream.deadLetters().count()).isZero();
        }
    }

    @PulseTest
    void eventThatFailsAloneIsADeadLetter() throws InterruptedException {
        stream.add("e", "a");
        stream.add("e", "b");
        try (Sink<String> sink = stream.sink("mails", quick().maxDeliveries(2).build())) {
            raw.call("XREADGROUP", "GROUP", "mails", "dead", "COUNT", "2", "STREAMS", flat, ">");
            raw.call("XCLAIM", flat, "mails", "dead", "0", firstPending(), "RETRYCOUNT", "5", "JUSTID");
            List<Delivery<String>> polled = new ArrayList<>();
            while (polled.size() < 2) {
                List<Delivery<String>> some = sink.poll(10, LONG);
                if (some.getFirst().event().payload().equals("a")) {
                    assertThat(some).hasSize(1);
                }
                polled.addAll(some);
            }
            polled.forEach(delivery -> {
                if (delivery.event().payload().equals("a")) {
                    delivery.nack();
                } else {
                    delivery.ackLater();
                }
            });
            awaitLetters(1);
            awaitPending(0);
            assertThat(stream.deadLetters().list(1).getFirst().deliveries()).isEqualTo(6);
        }
    }

    @PulseTest
    void eventWhoseConsumerDiedOverItAloneIsADeadLetter() throws InterruptedException {
        stream.add("e", "a");
        try (Sink<String> sink = stream.sink("mails", quick().build())) {
            raw.call("XREADGROUP", "GROUP", "mails", "dead", "COUNT", "1", "STREAMS", flat, ">");
            raw.call("XCLAIM", flat, "mails", "dead", "0", firstPending(), "RETRYCOUNT", "1000017", "JUSTID");
            sink.consume(event -> handled.add(event.payload()));
            awaitLetters(1);
            awaitPending(0);
            assertThat(handled).isEmpty();
            DeadLetter<String> letter = stream.deadLetters().list(1).getFirst();
            assertThat(letter.deliveries()).isEqualTo(17);
            assertThat(letter.cause()).contains("died");
            assertThat(letter.event()).isPresent();
        }
    }

    @PulseTest
    void replayGivesTheEventBackToItsSinkAlone() throws InterruptedException {
        AtomicBoolean fail = new AtomicBoolean(true);
        Queue<Integer> attempts = new ConcurrentLinkedQueue<>();
        SinkOptions hourly = SinkOptions.builder().maxDeliveries(1).build();
        try (Sink<String> mails = stream.sink("mails", hourly);
                Sink<String> other = stream.sink("other", hourly)) {
            other.consume(event -> handled.add("other " + event.payload()));
            mails.consumeManually(delivery -> {
                if (fail.get()) {
                    throw new IllegalStateException("on purpose");
                }
                attempts.add(delivery.attempt());
                handled.add("mails " + delivery.event().id());
                delivery.ack();
            });
            EventId id = stream.add("e", "a");
            awaitLetters(1);
            await().untilAsserted(() -> assertThat(handled).containsExactly("other a"));
            fail.set(false);
            EventId letter = stream.deadLetters().list(1).getFirst().id();
            assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.REPLAYED);
            await().untilAsserted(() -> assertThat(handled).containsExactly("other a", "mails " + id));
            assertThat(attempts).containsExactly(1);
            assertThat(stream.deadLetters().count()).isZero();
            assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.NO_SUCH_DEAD_LETTER);
            awaitPending(0);
        }
    }

    @PulseTest
    void replayWaitsForASinkThatIsClosed() throws InterruptedException {
        giveUpOne("mails");
        EventId letter = stream.deadLetters().list(1).getFirst().id();
        assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.REPLAYED);
        try (Sink<String> sink = stream.sink("mails", SinkOptions.defaults())) {
            assertThat(sink.poll(1, LONG)).singleElement().satisfies(delivery -> {
                assertThat(delivery.attempt()).isEqualTo(1);
                assertThat(delivery.ack()).isEqualTo(AckResult.ACKED);
            });
        }
    }

    @PulseTest
    void replayTellsWhatIsGone() throws InterruptedException {
        EventId id = giveUpOne("mails");
        EventId letter = stream.deadLetters().list(1).getFirst().id();
        raw.call("XGROUP", "DESTROY", flat, "mails");
        assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.SINK_GONE);
        raw.call("XDEL", flat, id.toString());
        assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.EVENT_GONE);
        assertThat(stream.deadLetters().count()).isEqualTo(1);
    }

    @PulseTest
    void replayAsNewIsForEverybody() throws InterruptedException {
        EventId id = giveUpOne("mails");
        raw.call("XDEL", flat, id.toString());
        EventId letter = stream.deadLetters().list(1).getFirst().id();
        try (Sink<String> sink = stream.sink("other", SinkOptions.defaults())) {
            EventId added = stream.deadLetters().replayAsNew(letter).orElseThrow();
            Event<String> event = sink.poll(1, LONG).getFirst().event();
            assertThat(event.id()).isEqualTo(added).isGreaterThan(id);
            assertThat(event.payload()).isEqualTo("a");
            assertThat(event.headers()).containsOnlyKeys("trace", "content-type");
        }
        assertThat(stream.deadLetters().count()).isZero();
        assertThat(stream.deadLetters().replayAsNew(letter)).isEmpty();
    }

    @PulseTest
    void whatWasTrimmedMeanwhileIsStillADeadLetter() throws InterruptedException {
        try (Sink<String> sink = stream.sink("mails", SinkOptions.defaults())) {
            EventId id = stream.add("e", "a");
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            raw.call("XDEL", flat, id.toString());
            delivery.deadLetter("gone");
            awaitLetters(1);
            assertThat(stream.deadLetters()
                            .list(1)
                            .getFirst()
                            .event()
                            .orElseThrow()
                            .payload())
                    .isEqualTo("a");
            awaitPending(0);
        }
    }

    @PulseTest
    void deadLettersHaveNoDeadLetters() throws InterruptedException {
        giveUpOne("mails");
        EventStream<String> dead = pulse.stream(stream.name() + ":dead", Codecs.string());
        assertThatIllegalStateException().isThrownBy(dead::deadLetters).withMessageContaining("none of its own");
        try (Sink<String> sink = dead.sink("repair", quick().maxDeliveries(1).build())) {
            sink.consume(event -> {
                handled.add(event.payload());
                throw new IllegalStateException("on purpose");
            });
            await().untilAsserted(() -> assertThat(told).hasAtLeastOneElementOfType(PulseEvent.EntryDropped.class));
            await().untilAsserted(() -> assertThat(
                            raw.list("XPENDING", flat + ":dead", "repair").getFirst())
                    .isEqualTo(0L));
            assertThat(handled).containsExactly("a");
            assertThat(stream.deadLetters().count()).isEqualTo(1);
            assertThat(raw.call("EXISTS", flat + ":dead:dead")).isEqualTo(0L);
        }
    }

    @PulseTest
    void lettersAreListedInPages() throws InterruptedException {
        assertThat(stream.deadLetters().count()).isZero();
        assertThat(stream.deadLetters().list(1)).isEmpty();
        assertThat(raw.call("EXISTS", flat + ":dead:lifecycle")).isEqualTo(0L);
        for (int i = 0; i < 3; i++) {
            giveUpOne("mails");
        }
        DeadLetters<String> letters = stream.deadLetters();
        List<DeadLetter<String>> first = letters.list(2);
        assertThat(first).hasSize(2);
        assertThat(letters.list(first.getLast().id(), 2)).hasSize(1);
        assertThatIllegalArgumentException().isThrownBy(() -> letters.list(0)).withMessage("max is 1 to 10000, was 0");
    }

    @PulseTest
    void destroyedDeadLettersBeginANewIncarnation() throws InterruptedException {
        giveUpOne("mails");
        raw.call("HSET", flat + ":dead:lifecycle", "state", "destroyed");
        raw.call("DEL", flat + ":dead");
        assertThat(stream.deadLetters().count()).isZero();
        giveUpOne("mails");
        assertThat(raw.call("XLEN", flat + ":dead:generation:2")).isEqualTo(1L);
        assertThat(stream.deadLetters().count()).isEqualTo(1);
        EventId letter = stream.deadLetters().list(1).getFirst().id();
        assertThat(stream.deadLetters().replay(letter)).isEqualTo(DeadLetters.Replay.REPLAYED);
    }

    /** Adds an event and has this sink, whose consumer leaves again, give it up. */
    private EventId giveUpOne(String name) throws InterruptedException {
        long before = stream.deadLetters().count();
        try (Sink<String> sink = stream.sink(name, SinkOptions.defaults())) {
            EventId id = stream.add(NewEvent.of("e", "a").withHeader("trace", "7"));
            sink.poll(1, LONG).getFirst().deadLetter("on purpose");
            awaitLetters(before + 1);
            return id;
        }
    }

    @PulseTest
    void manyDeadLettersAreWarnedOf() throws Exception {
        String fill = "for i = 1, 10000 do redis.call('XADD', KEYS[1], '*', 'n', 'e', 'p', 'x') end";
        raw.call("EVAL", fill, "1", flat + ":dead");
        stream.add("e", "a");
        try (Sink<String> sink = stream.sink("mails", quick().build())) {
            sink.poll(1, LONG).getFirst().deadLetter("on purpose");
            awaitLetters(10_001);
        }
        String warning = "stream=" + stream.name() + ":dead state=many-dead-letters count=10001";
        // where simplelogger.properties has it
        await().until(() -> Files.readString(Path.of("target", "tests.log")).contains(warning));
    }

    private static SinkOptions.Builder quick() {
        return SinkOptions.builder()
                .ackDeadline(DEADLINE)
                .backoff(Duration.ofMillis(1))
                .maxBackoff(Duration.ofMillis(1));
    }

    private void awaitLetters(long count) {
        await().untilAsserted(() -> assertThat(stream.deadLetters().count()).isEqualTo(count));
    }

    private void awaitPending(long count) {
        await().untilAsserted(() ->
                assertThat(raw.list("XPENDING", flat, "mails").getFirst()).isEqualTo(count));
    }

    private List<?> pending() {
        return (List<?>) raw.list("XPENDING", flat, "mails", "-", "+", "1").getFirst();
    }

    private String firstPending() {
        return (String) pending().getFirst();
    }

    private long deliveriesByRedis() {
        return (Long) pending().get(3);
    }
}
