package dev.pulse.stream;

import static dev.pulse.faults.Promise.P4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What was lost to a reader is reported, nothing else is, and it goes on with what is there: F04 and F19. */
@RedisTest
@Attacks(value = P4, by = Fault.F19)
class ReaderGapTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SLOW = Duration.ofSeconds(30);
    /** What is promised, and what a busy machine may add. */
    private static final Duration HEALED = Duration.ofSeconds(5 + 10);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private FaultProxy proxy;
    private Pulse pulse;
    private Pulse writing;
    private RespClient raw;
    private EventStream<String> stream;
    private EventStream<String> writer;
    private String flat;
    private boolean counts;

    @BeforeEach
    void open(EmbeddedRedis redis, Prefix prefix) {
        proxy = FaultProxy.to(redis.port());
        pulse = Pulse.builder().uri(proxy.uri()).listener(told::add).connect();
        writing = Pulse.connect(redis.uri());
        raw = RespClient.connect(redis.port());
        stream = pulse.stream(prefix.name("users"), Codecs.string());
        writer = writing.stream(stream.name(), Codecs.string());
        flat = "pulse:stream:" + stream.name();
        counts = !raw.text("INFO", "server").contains("redis_version:6");
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
        writing.close();
        proxy.close();
    }

    @PulseTest
    void whatWasTrimmedUnreadIsReportedWithItsCount() throws InterruptedException {
        try (Reader<String> reader = stream.reader(options(StartAt.newest()))) {
            EventId last = add(3).getLast();
            assertThat(payloads(reader)).containsExactly("0", "1", "2");
            List<EventId> unread = add(10);
            raw.call("XTRIM", flat, "MAXLEN", "4");
            assertThat(payloads(reader)).containsExactly("6", "7", "8", "9");
            awaitTold(new PulseEvent.Gap(
                    stream.name(), last.toString(), unread.get(6).toString(), count(6)));
            raw.call("XTRIM", flat, "MAXLEN", "0");
            add(5);
            raw.call("XTRIM", flat, "MAXLEN", "2");
            assertThat(payloads(reader)).containsExactly("3", "4");
        }
        await().untilAsserted(() -> assertThat(gaps()).hasSize(2));
        assertThat(gaps().getLast().count()).isEqualTo(count(3));
    }

    @PulseTest
    void readersOwnListenerIsToldOfAGapBeforeWhatComesAfterIt() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        List<EventId> ids = add(10);
        raw.call("XTRIM", flat, "MAXLEN", "2");
        ReaderOptions options = ReaderOptions.builder()
                .startAt(StartAt.after(ids.get(2)))
                .listener(event -> seen.add(event.getClass().getSimpleName()))
                .build();
        try (Reader<String> reader = stream.reader(options)) {
            reader.consume(event -> seen.add(event.payload()));
            await().untilAsserted(() -> assertThat(seen).containsExactly("Gap", "8", "9"));
        }
        await().untilAsserted(() -> assertThat(gaps()).hasSize(1));
    }

    @PulseTest
    void ownListenersOfReaderAndSinkAreToldThatTheirConnectionWasLostAndRestored() throws InterruptedException {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        PulseListener listener = event -> {
            if (event instanceof PulseEvent.ConnectionLost lost) {
                told.add("lost " + lost.loop());
            } else if (event instanceof PulseEvent.ConnectionRestored restored) {
                told.add("restored " + restored.loop());
            }
        };
        Duration blockTime = Duration.ofMillis(200);
        try (Reader<String> reader = stream.reader(ReaderOptions.builder()
                        .blockTime(blockTime)
                        .listener(listener)
                        .build());
                Sink<String> sink = stream.sink(
                        "mails",
                        SinkOptions.builder()
                                .blockTime(blockTime)
                                .listener(listener)
                                .build())) {
            reader.consume(event -> {});
            sink.consume(event -> {});
            String read = "reader " + stream.name();
            String sinkRead = "sink " + stream.name() + "/mails read";
            proxy.cut();
            await().atMost(SLOW).untilAsserted(() -> assertThat(told).contains("lost " + read, "lost " + sinkRead));
            proxy.heal();
            await().atMost(SLOW)
                    .untilAsserted(() -> assertThat(told).contains("restored " + read, "restored " + sinkRead));
        }
    }

    @PulseTest
    void gapBehindACutConnectionIsReported() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = stream.reader(options(StartAt.oldest()))) {
            reader.consume(event -> seen.add(event.payload()));
            EventId last = add(3).getLast();
            await().until(() -> reader.cursor().equals(last));
            proxy.cut();
            List<EventId> unread = add(10);
            raw.call("XTRIM", flat, "MAXLEN", "4");
            await().until(() -> pulse.health().status() != Health.Status.UP);
            proxy.heal();
            await().atMost(HEALED)
                    .untilAsserted(() -> assertThat(seen).containsExactly("0", "1", "2", "6", "7", "8", "9"));
            await().untilAsserted(() -> assertThat(gaps())
                    .containsExactly(new PulseEvent.Gap(
                            stream.name(), last.toString(), unread.get(6).toString(), count(6))));
        }
    }

    @PulseTest
    void gapBehindAHandlerThatFellBehindIsReported() throws InterruptedException {
        EventStream<String> bounded = writing.stream(stream.name() + "-b", Codecs.string(), Retention.maxLength(10));
        EventStream<String> read = pulse.stream(bounded.name(), Codecs.string());
        Semaphore go = new Semaphore(0);
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = read.reader(options(StartAt.newest()))) {
            reader.consume(event -> {
                seen.add(event.payload());
                go.acquire();
            });
            bounded.add("e", "first");
            await().until(() -> seen.size() == 1);
            for (int i = 0; i < 50; i++) {
                bounded.add("e", Integer.toString(i));
            }
            go.release(100);
            await().untilAsserted(() -> assertThat(seen).hasSize(11).endsWith("48", "49"));
            await().untilAsserted(() -> assertThat(gaps())
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.count()).isEqualTo(count(40))));
        }
    }

    @PulseTest
    void eventsLostBeforeTheFirstReadCountAsWell() throws InterruptedException {
        assumeTrue(counts, "before 7.0 nothing tells what was there before the first entry");
        try (Reader<String> reader = stream.reader(options(StartAt.newest()))) {
            add(10);
            raw.call("XTRIM", flat, "MAXLEN", "4");
            assertThat(payloads(reader)).containsExactly("6", "7", "8", "9");
        }
        await().untilAsserted(() -> assertThat(gaps())
                .singleElement()
                .satisfies(gap -> assertThat(gap.count()).isEqualTo(count(6))));
    }

    @PulseTest
    void readerThatGoesOnAfterATrimmedEventReportsIt() throws InterruptedException {
        List<EventId> ids = add(10);
        raw.call("XTRIM", flat, "MAXLEN", "4");
        try (Reader<String> reader = stream.reader(options(StartAt.after(ids.get(2))))) {
            assertThat(payloads(reader)).containsExactly("6", "7", "8", "9");
        }
        awaitTold(new PulseEvent.Gap(
                stream.name(), ids.get(2).toString(), ids.get(6).toString(), OptionalLong.empty()));
    }

    @PulseTest
    void whatIsNotLostIsNotReported() throws InterruptedException {
        List<EventId> ids = add(20);
        raw.call("XTRIM", flat, "MAXLEN", "15");
        raw.call("XDEL", flat, ids.get(10).toString());
        try (Reader<String> oldest = stream.reader(options(StartAt.oldest()));
                Reader<String> after = stream.reader(options(StartAt.after(ids.get(11))));
                Reader<String> time =
                        stream.reader(options(StartAt.at(ids.get(0).time())))) {
            // small batches, each full
            assertThat(oldest.poll(3, LONG)).hasSize(3);
            assertThat(oldest.poll(3, LONG)).hasSize(3);
            assertThat(payloads(oldest)).hasSize(8);
            assertThat(payloads(after)).hasSize(8);
            assertThat(payloads(time)).isNotEmpty();
            proxy.cut();
            proxy.heal();
            EventId next = writer.add("e", "next");
            assertThat(payloads(oldest)).containsExactly("next");
            // the very event it stands on, and all that it has read
            raw.call("XDEL", flat, next.toString());
            writer.add("e", "one more");
            if (counts) {
                assertThat(payloads(oldest)).containsExactly("one more");
                raw.call("XTRIM", flat, "MAXLEN", "0");
                assertThat(oldest.poll(1, Duration.ofMillis(20))).isEmpty();
                writer.add("e", "last");
                assertThat(payloads(oldest)).containsExactly("last");
            }
        }
        assertThat(told).noneMatch(event -> event instanceof PulseEvent.Gap || event instanceof PulseEvent.StreamReset);
    }

    @PulseTest
    @Attacks(value = P4, by = Fault.F04)
    void flushedStreamIsReportedAndReadOn() throws InterruptedException {
        for (String[] loss : List.of(new String[] {"FLUSHALL"}, new String[] {"DEL", flat})) {
            told.clear();
            Queue<String> seen = new ConcurrentLinkedQueue<>();
            try (Reader<String> reader = stream.reader(options(StartAt.oldest()))) {
                reader.consume(event -> seen.add(event.payload()));
                EventId last = add(3).getLast();
                await().until(() -> reader.cursor().equals(last));
                raw.call(loss);
                awaitTold(new PulseEvent.StreamReset(stream.name(), last.toString(), "0-0"));
                assertThat(reader.cursor()).isEqualTo(EventId.ZERO);
                writer.add("e", "after");
                await().atMost(HEALED).untilAsserted(() -> assertThat(seen).containsExactly("0", "1", "2", "after"));
            }
            raw.call("DEL", flat);
            assertThat(told).hasSize(1);
        }
    }

    @PulseTest
    @Attacks(value = P4, by = Fault.F04)
    void whatIsAddedRightAfterAFlushIsReadAndTheLossReported() throws InterruptedException {
        try (Reader<String> reader = stream.reader(options(StartAt.oldest()))) {
            add(3);
            assertThat(payloads(reader)).hasSize(3);
            awaitIdsAfter(reader.cursor());
            add(5);
            raw.call("FLUSHALL");
            writer.add("e", "after");
            assertThat(payloads(reader)).containsExactly("after");
        }
        await().untilAsserted(() -> assertThat(told)
                .singleElement()
                .isInstanceOf(counts ? PulseEvent.StreamReset.class : PulseEvent.Gap.class));
    }

    @PulseTest
    @Attacks(value = P4, by = Fault.F04)
    void olderStateIsReportedAndNeitherRepeatedNorMissed() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = stream.reader(options(StartAt.oldest()))) {
            reader.consume(event -> seen.add(event.payload()));
            EventId third = add(3).getLast();
            await().until(() -> seen.size() == 3);
            byte[] dump = dump();
            EventId last = add(2).getLast();
            await().until(() -> seen.size() == 5);
            restore(dump);
            awaitTold(new PulseEvent.StreamReset(stream.name(), last.toString(), third.toString()));
            writer.add("e", "after");
            await().atMost(HEALED)
                    .untilAsserted(() -> assertThat(seen).containsExactly("0", "1", "2", "0", "1", "after"));
        }
        assertThat(told).hasSize(1);
    }

    @PulseTest
    @Attacks(value = P4, by = Fault.F04)
    void olderStateToWhichMoreWasAddedIsReported() throws InterruptedException {
        try (Reader<String> reader = stream.reader(options(StartAt.oldest()))) {
            add(3);
            byte[] dump = dump();
            add(2);
            EventId last = reader.poll(10, LONG).getLast().id();
            awaitIdsAfter(last);
            restore(dump);
            writer.add("e", "after");
            assertThat(payloads(reader)).containsExactly("after");
            awaitTold(new PulseEvent.StreamReset(stream.name(), last.toString(), last.toString()));
        }
        assertThat(told).hasSize(1);
    }

    @PulseTest
    void whereRedisClockStandsBeforeTheCursorAllThatIsThereIsRead() throws InterruptedException {
        long tomorrow = System.currentTimeMillis() + Duration.ofDays(1).toMillis();
        raw.call("XADD", flat, tomorrow + "-0", "n", "e", "p", "of tomorrow");
        try (Reader<String> reader = stream.reader(options(StartAt.oldest()))) {
            assertThat(payloads(reader)).containsExactly("of tomorrow");
            raw.call("DEL", flat);
            writer.add("e", "of today");
            assertThat(payloads(reader)).containsExactly("of today");
            writer.add("e", "again");
            assertThat(payloads(reader)).containsExactly("again");
        }
        awaitTold(new PulseEvent.StreamReset(stream.name(), tomorrow + "-0", "0-0"));
    }

    private OptionalLong count(long lost) {
        return counts ? OptionalLong.of(lost) : OptionalLong.empty();
    }

    private List<PulseEvent.Gap> gaps() {
        return told.stream()
                .filter(PulseEvent.Gap.class::isInstance)
                .map(PulseEvent.Gap.class::cast)
                .toList();
    }

    private void awaitTold(PulseEvent event) {
        await().atMost(HEALED).untilAsserted(() -> assertThat(told).contains(event));
    }

    private List<String> payloads(Reader<String> reader) throws InterruptedException {
        return reader.poll(100, LONG).stream().map(Event::payload).toList();
    }

    private List<EventId> add(int count) throws InterruptedException {
        List<EventId> ids = new ArrayList<>();
        for (String payload :
                IntStream.range(0, count).mapToObj(Integer::toString).toList()) {
            ids.add(writer.add("e", payload));
        }
        return ids;
    }

    /** With the state goes Redis' last id: within the same millisecond it would give out ids that were read before. */
    private void awaitIdsAfter(EventId last) {
        await().until(() ->
                EventId.parse(raw.text("XADD", flat + ":clock", "*", "n", "e")).millis() > last.millis());
    }

    private byte[] dump() {
        return (byte[]) Objects.requireNonNull(raw.call(bytes("DUMP"), bytes(flat)));
    }

    private void restore(byte[] dump) {
        raw.call(bytes("RESTORE"), bytes(flat), bytes("0"), dump, bytes("REPLACE"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ReaderOptions options(StartAt start) {
        return ReaderOptions.builder()
                .startAt(start)
                .blockTime(Duration.ofSeconds(1))
                .build();
    }
}
