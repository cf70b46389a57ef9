package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.testing.LogLines;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What was trimmed before a sink read it is counted and reported, nothing else is, and it goes on: F19. */
@RedisTest
class SinkGapTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private String flat;
    private boolean counts;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
        raw = redis.client();
        stream = pulse.stream(prefix.name("users"), Codecs.string());
        flat = "pulse:stream:" + stream.name();
        counts = !raw.text("INFO", "server").contains("redis_version:6");
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void whatWasTrimmedWhileNobodyReadIsCountedAndReportedOnce() throws InterruptedException {
        EventId last = add(3).getLast();
        try (Sink<String> sink = open()) {
            assertThat(handle(sink)).containsExactly("0", "1", "2");
        }
        List<EventId> unread = add(10);
        raw.call("XTRIM", flat, "MAXLEN", "4");
        try (Sink<String> one = open();
                Sink<String> other = open()) {
            assertThat(handle(one)).containsExactly("6", "7", "8", "9");
            assertThat(other.poll(1, Duration.ofMillis(200))).isEmpty();
            awaitTold(new PulseEvent.SinkGap(
                    stream.name(), "k", last.toString(), unread.get(6).toString(), count(6)));
            assertThat(one.figures().trimmed()).isEqualTo(counts ? 6 : 0);
            assertThat(one.figures().gaps()).isEqualTo(1);
            assertThat(other.figures().gaps()).isZero();
            assertThat(one.figures().lag()).isEqualTo(count(0));
        }
        assertThat(LogLines.with("stream=" + stream.name() + " "))
                .filteredOn(line -> line.contains("state=gap"))
                .hasSize(1)
                .allMatch(line -> line.endsWith("lost=" + (counts ? "6" : "unknown")));
    }

    @PulseTest
    void consumerThatIsBusyReportsWhatIsTrimmedMeanwhileAndGoesOn() throws InterruptedException {
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        Semaphore go = new Semaphore(0);
        SinkOptions narrow = SinkOptions.builder().batchSize(2).maxInFlight(2).build();
        try (Sink<String> sink = stream.sink("k", narrow)) {
            sink.consume(event -> {
                handled.add(event.payload());
                go.acquire();
            });
            add(10);
            await().atMost(LONG)
                    .until(() -> handled.size() == 1 && sink.figures().inFlight() == 2);
            raw.call("XTRIM", flat, "MAXLEN", "3");
            // the handler is slow
            Thread.sleep(200);
            go.release(10);
            await().atMost(LONG).untilAsserted(() -> assertThat(handled).contains("7", "8", "9"));
            await().atMost(LONG).untilAsserted(() -> assertThat(gaps()).hasSize(1));
            assertThat(gaps().getFirst().count()).isEqualTo(count(5));
            assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);
        }
    }

    @PulseTest
    void eachFurtherLossIsCountedByItself() throws InterruptedException {
        assumeTrue(counts, "before 7.0 nobody knows how many");
        try (Sink<String> sink = open()) {
            add(5);
            raw.call("XTRIM", flat, "MAXLEN", "2");
            assertThat(handle(sink)).containsExactly("3", "4");
            add(20);
            raw.call("XTRIM", flat, "MAXLEN", "0");
            await().atMost(LONG).until(() -> {
                assertThat(sink.poll(1, Duration.ofMillis(10))).isEmpty();
                return gaps().size() == 2;
            });
            assertThat(sink.figures().trimmed()).isEqualTo(23);
        }
        add(3);
        raw.call("XTRIM", flat, "MAXLEN", "1");
        try (Sink<String> sink = open()) {
            assertThat(handle(sink)).containsExactly("2");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(gaps())
                            .extracting(PulseEvent.SinkGap::count)
                            .containsExactly(count(3), count(20), count(2)));
        }
    }

    @PulseTest
    void whatWasTrimmedUnderReadsThatFollowEachOtherIsFoundWhenTheyHaveCaughtUp() throws InterruptedException {
        assumeTrue(counts && raw.text("INFO", "server").contains("redis_version:7.0"), "later ones do not tell");
        try (Sink<String> sink = open()) {
            add(1);
            assertThat(handle(sink)).containsExactly("0");
            // between two looks, as far as the machine lets it
            add(9);
            raw.call("XTRIM", flat, "MAXLEN", "2");
            assertThat(handle(sink)).containsExactly("7", "8");
            await().atMost(LONG).until(() -> {
                assertThat(sink.poll(1, Duration.ofMillis(10))).isEmpty();
                return gaps().size() == 1;
            });
            assertThat(gaps().getFirst().count()).isEqualTo(count(7));
        }
    }

    @PulseTest
    void whatWasReadOrIsOlderThanTheSinkIsNoLoss() throws InterruptedException {
        assumeTrue(counts, "before 7.0 what was trimmed up to the first unread event may have been read or not");
        add(10);
        raw.call("XTRIM", flat, "MAXLEN", "4");
        try (Sink<String> sink = open()) {
            assertThat(handle(sink)).hasSize(4);
            raw.call("XTRIM", flat, "MAXLEN", "0");
            List<EventId> ids = add(3);
            stream.remove(ids.subList(2, 3));
            assertThat(handle(sink)).containsExactly("0", "1");
            stream.remove(ids.subList(0, 1));
        }
        add(2);
        try (Sink<String> sink = open()) {
            assertThat(handle(sink)).containsExactly("0", "1");
            assertThat(sink.figures().gaps()).isZero();
        }
        assertThat(gaps()).isEmpty();
    }

    @PulseTest
    void whatTheBoundTrimmedBehindAGroupOfGoIsCounted() throws InterruptedException {
        EventStream<String> bounded = pulse.stream(stream.name(), Codecs.string(), Retention.maxLength(5));
        bounded.add("e", "first");
        raw.call("XGROUP", "CREATE", flat, "k", "0");
        raw.list("XREADGROUP", "GROUP", "k", "go", "COUNT", "1", "NOACK", "STREAMS", flat, ">");
        add(20);
        try (Sink<String> sink = bounded.sink("k", SinkOptions.defaults())) {
            assertThat(handle(sink)).containsExactly("15", "16", "17", "18", "19");
        }
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(gaps()).extracting(PulseEvent.SinkGap::count).containsExactly(count(15)));
    }

    @PulseTest
    void entriesRemovedByNameAmongTheLostLeaveTheCountUnknown() throws InterruptedException {
        try (Sink<String> sink = open()) {
            add(1);
            assertThat(handle(sink)).containsExactly("0");
        }
        List<EventId> ids = add(10);
        stream.remove(List.of(ids.get(1), ids.get(8)));
        raw.call("XTRIM", flat, "MAXLEN", "3");
        try (Sink<String> sink = open()) {
            assertThat(handle(sink)).containsExactly("6", "7", "9");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(gaps())
                            .extracting(PulseEvent.SinkGap::count)
                            .containsExactly(OptionalLong.empty()));
            assertThat(sink.figures().trimmed()).isZero();
            assertThat(sink.figures().gaps()).isEqualTo(1);
        }
    }

    private Sink<String> open() throws InterruptedException {
        return stream.sink("k", SinkOptions.defaults());
    }

    private static List<String> handle(Sink<String> sink) throws InterruptedException {
        List<Delivery<String>> deliveries = sink.poll(100, LONG);
        for (Delivery<String> delivery : deliveries) {
            delivery.ack();
        }
        return deliveries.stream().map(delivery -> delivery.event().payload()).toList();
    }

    private List<EventId> add(int count) throws InterruptedException {
        return stream.addAll(IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList());
    }

    private OptionalLong count(long count) {
        return counts ? OptionalLong.of(count) : OptionalLong.empty();
    }

    private void awaitTold(PulseEvent event) {
        await().atMost(LONG).untilAsserted(() -> assertThat(told).contains(event));
    }

    private List<PulseEvent.SinkGap> gaps() {
        return told.stream()
                .filter(PulseEvent.SinkGap.class::isInstance)
                .map(PulseEvent.SinkGap.class::cast)
                .toList();
    }
}
