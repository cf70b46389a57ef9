package dev.pulse.stream;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.RedisUnavailableException;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Every event, in order, once, whatever happens to connections and Redis. */
@RedisTest(appendOnly = AppendOnly.ALWAYS)
class ReaderTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final ReaderOptions OLDEST = options(StartAt.oldest());

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private String flat;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(events::add).connect();
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
    void beginsWhereItIsTold() throws InterruptedException {
        List<EventId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(new EventId(1_700_000_000_000L + i, i));
            stream(ids.getLast(), Integer.toString(i));
        }
        assertThat(read(StartAt.oldest())).containsExactly("0", "1", "2", "3", "4");
        assertThat(read(StartAt.after(ids.get(2)))).containsExactly("3", "4");
        assertThat(read(StartAt.at(ids.get(2).time()))).containsExactly("2", "3", "4");
        assertThat(read(StartAt.at(Instant.EPOCH))).containsExactly("0", "1", "2", "3", "4");
        assertThat(read(StartAt.newest())).isEmpty();
    }

    @PulseTest
    void newestLosesNothingThatIsAddedRightAfterItWasMade() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            try (Reader<String> reader = stream.reader(ReaderOptions.defaults())) {
                stream.add("e", Integer.toString(i));
                assertThat(reader.poll(10, LONG)).extracting(Event::payload).containsExactly(Integer.toString(i));
            }
        }
    }

    @PulseTest
    void makesNoStreamWhereThereIsNone() throws InterruptedException {
        try (Reader<String> reader = stream.reader(OLDEST)) {
            assertThat(reader.poll(1, Duration.ofMillis(20))).isEmpty();
            assertThat(raw.list("KEYS", flat + "*")).isEmpty();
            stream.add("e", "first");
            assertThat(reader.poll(1, LONG)).extracting(Event::payload).containsExactly("first");
        }
    }

    @PulseTest
    void eventHasAllThatWasAdded() throws InterruptedException {
        EventId id = stream.add(NewEvent.of("user.created", "ann")
                .withTopic("users")
                .withHeader("b", "1")
                .withHeader("a", "2"));
        try (Reader<String> reader = stream.reader(OLDEST)) {
            Event<String> event = reader.poll(1, LONG).getFirst();
            assertThat(event.id()).isEqualTo(id);
            assertThat(event.stream()).isEqualTo(stream.name());
            assertThat(event.incarnation()).isEqualTo(1);
            assertThat(event.name()).isEqualTo("user.created");
            assertThat(event.topic()).contains("users");
            assertThat(event.headers().keySet()).containsExactly("content-type", "b", "a");
            assertThat(event.time()).isEqualTo(id.time());
        }
    }

    @PulseTest
    void pollTakesAtMostWhatIsAskedForAndDoesNotWaitForMore() throws InterruptedException {
        addAll(5);
        try (Reader<String> reader = stream.reader(OLDEST)) {
            EventId start = reader.cursor();
            assertThat(start).isEqualTo(EventId.ZERO);
            List<Event<String>> some = reader.poll(3, LONG);
            assertThat(some).extracting(Event::payload).containsExactly("0", "1", "2");
            assertThat(reader.cursor()).isEqualTo(some.getLast().id());
            assertThat(reader.poll(3, LONG)).hasSize(2);
            assertThat(reader.poll(3, Duration.ZERO)).isEmpty();
            assertThat(reader.poll(3, Duration.ofMillis(30))).isEmpty();
        }
    }

    @PulseTest
    void pollOfAClosedReaderReturnsNothing() throws InterruptedException {
        Reader<String> reader = stream.reader(OLDEST);
        AtomicReference<Object> result = new AtomicReference<>();
        Thread poller = Thread.ofVirtual().start(() -> {
            try {
                result.set(reader.poll(1, LONG));
            } catch (Exception e) {
                result.set(e);
            }
        });
        awaitBlocked("reader");
        reader.close();
        reader.close();
        poller.join();
        assertThat(result.get()).isEqualTo(List.of());
        assertThat(reader.poll(1, LONG)).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> reader.consume(event -> {}));
    }

    @PulseTest
    void interruptedPollLosesNothing() throws InterruptedException {
        try (Reader<String> reader = stream.reader(OLDEST)) {
            AtomicReference<Object> result = new AtomicReference<>();
            Thread poller = Thread.ofVirtual().start(() -> {
                try {
                    result.set(reader.poll(1, LONG));
                } catch (InterruptedException e) {
                    result.set(e);
                }
            });
            awaitBlocked("reader");
            poller.interrupt();
            poller.join();
            assertThat(result.get()).isInstanceOf(InterruptedException.class);
            addAll(3);
            assertThat(reader.poll(10, LONG)).extracting(Event::payload).containsExactly("0", "1", "2");
        }
    }

    @PulseTest
    void pollReadsNothingAhead() throws InterruptedException {
        addAll(3);
        try (Reader<String> reader = stream.reader(OLDEST)) {
            assertThat(reader.poll(1, LONG)).extracting(Event::payload).containsExactly("0");
            EventId next = stream.snapshot().get(1).id();
            stream.remove(List.of(next));
            assertThat(reader.poll(10, LONG)).extracting(Event::payload).containsExactly("2");
        }
    }

    @PulseTest
    void handlerThatThrowsOrLeavesAnInterruptStopsNothing() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = stream.reader(OLDEST)) {
            Consumption consumption = reader.consume(event -> {
                seen.add(event.payload());
                switch (event.payload()) {
                    case "0" -> throw new IllegalStateException("on purpose");
                    case "1" -> throw new AssertionError("on purpose");
                    case "2" -> throw new java.util.ServiceConfigurationError("on purpose");
                    case "3" -> throw new InterruptedException("on purpose");
                    case "4" -> Thread.currentThread().interrupt();
                    default -> {}
                }
            });
            addAll(10);
            await().untilAsserted(() -> assertThat(seen).containsExactlyElementsOf(numbers(0, 10)));
            stream.add("e", "10");
            await().untilAsserted(() -> assertThat(seen).containsExactlyElementsOf(numbers(0, 11)));
            assertThat(consumption.isFinished()).isFalse();
        }
    }

    @PulseTest
    void malformedEntriesArePassedOverAndReported() throws InterruptedException {
        raw.call("XADD", flat, "*", "x", "no name");
        raw.call("XADD", flat, "*", "n", "", "p", "empty name");
        raw.call("XADD", flat, "*", "n", "no payload");
        raw.call(
                bytes("XADD"), bytes(flat), bytes("*"), bytes("n"), bytes("bad"), bytes("p"), new byte[] {(byte) 0xff});
        stream.add("e", "good");
        try (Reader<String> reader = stream.reader(OLDEST)) {
            // also where each read finds nothing but one of them
            assertThat(reader.poll(1, Duration.ZERO)).extracting(Event::payload).containsExactly("good");
        }
        await().untilAsserted(() -> assertThat(events)
                .filteredOn(PulseEvent.EntryDropped.class::isInstance)
                .hasSize(4));
    }

    @PulseTest
    void decoderThatFailsBadlyLosesNoEvent() throws InterruptedException {
        AtomicBoolean failed = new AtomicBoolean();
        EventStream<String> odd = pulse.stream(stream.name(), new Codec<String>() {
            @Override
            public byte[] encode(String payload) {
                return bytes(payload);
            }

            @Override
            public String decode(byte[] bytes) {
                if (bytes[0] == '2' && failed.compareAndSet(false, true)) {
                    throw new OutOfMemoryError("on purpose");
                }
                return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
            }
        });
        addAll(5);
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = odd.reader(OLDEST)) {
            reader.consume(event -> seen.add(event.payload()));
            await().untilAsserted(() -> assertThat(seen).containsExactlyElementsOf(numbers(0, 5)));
        }
    }

    @PulseTest
    void cursorIsTheLastThatWasHandedOut() throws InterruptedException {
        addAll(10);
        AtomicReference<EventId> third = new AtomicReference<>();
        Reader<String> reader = stream.reader(OLDEST);
        CountDownLatch reached = new CountDownLatch(1);
        Consumption consumption = reader.consume(event -> {
            if (event.payload().equals("2")) {
                third.set(event.id());
                reached.countDown();
                Thread.sleep(LONG);
            }
        });
        reached.await();
        assertThat(reader.cursor()).isEqualTo(third.get());
        assertThat(consumption.close(Duration.ZERO).how()).isEqualTo(dev.pulse.CloseResult.How.INTERRUPTED);
        assertThat(consumption.isFinished()).isTrue();
        assertThat(reader.cursor()).isEqualTo(third.get());
        reader.close();
        assertThat(read(StartAt.after(reader.cursor()))).hasSize(7);
    }

    @PulseTest
    void canBeClosedFromItsHandler() throws InterruptedException {
        addAll(5);
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Reader<String> reader = stream.reader(OLDEST);
        Consumption consumption = reader.consume(event -> {
            seen.add(event.payload());
            reader.close();
        });
        await().until(consumption::isFinished);
        assertThat(seen).containsExactly("0");
    }

    @PulseTest
    @Attacks(value = P11, by = Fault.F06)
    void pollOutlivesACutAndTellsWhenRedisIsGone(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Pulse cut = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofSeconds(2))
                        .connect();
                Reader<String> reader =
                        cut.stream(stream.name(), Codecs.string()).reader(OLDEST)) {
            addAll(2);
            assertThat(reader.poll(1, LONG)).hasSize(1);
            proxy.cut();
            assertThatThrownBy(() -> reader.poll(1, Duration.ofMillis(50)))
                    .isInstanceOf(RedisUnavailableException.class);
            proxy.heal();
            assertThat(reader.poll(1, LONG)).extracting(Event::payload).containsExactly("1");
            proxy.cut();
            proxy.heal();
            addAll(1);
            assertThat(reader.poll(1, LONG)).extracting(Event::payload).containsExactly("0");
        }
    }

    @PulseTest
    @Attacks(value = P4, by = Fault.F06)
    void seesEveryEventOnceInOrderThroughCutsAndSilenceAndRestart(EmbeddedRedis redis) throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Pulse broken = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofSeconds(2))
                        .connect();
                Reader<String> reader = broken.stream(stream.name(), Codecs.string())
                        .reader(ReaderOptions.builder()
                                .startAt(StartAt.oldest())
                                .blockTime(Duration.ofMillis(200))
                                .batchSize(7)
                                .build())) {
            reader.consume(event -> seen.add(event.id().toString()));
            AtomicBoolean enough = new AtomicBoolean();
            Thread writer = Thread.ofVirtual().start(() -> {
                while (!enough.get()) {
                    try {
                        stream.add("e", "x");
                    } catch (dev.pulse.PulseException e) {
                        // it may be there or not; what is there is compared in the end
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            int before = awaitMore(seen, 0);
            proxy.cut();
            proxy.heal();
            before = awaitMore(seen, before);
            proxy.silence();
            // until a read has run into its time-out
            await().until(() -> broken.health().status() != dev.pulse.Health.Status.UP);
            proxy.heal();
            before = awaitMore(seen, before);
            redis.kill();
            redis.restart();
            awaitMore(seen, before);
            enough.set(true);
            writer.join();
            try (RespClient now = RespClient.connect(redis.port())) {
                List<String> all = now.list("XRANGE", flat, "-", "+").stream()
                        .map(entry -> (String) ((List<?>) entry).getFirst())
                        .toList();
                await().atMost(LONG).untilAsserted(() -> assertThat(seen).hasSize(all.size()));
                assertThat(seen).containsExactlyElementsOf(all);
            }
        }
    }

    private static int awaitMore(Queue<String> seen, int before) {
        await().atMost(LONG).until(() -> seen.size() > before + 20);
        return seen.size();
    }

    private void awaitBlocked(String role) {
        await().until(() -> raw.text("CLIENT", "LIST")
                .lines()
                .anyMatch(line -> line.contains("/" + role + " ") && line.contains("flags=b")));
    }

    private List<String> read(StartAt start) throws InterruptedException {
        try (Reader<String> reader = stream.reader(options(start))) {
            return reader.poll(100, Duration.ZERO).stream().map(Event::payload).toList();
        }
    }

    private void stream(EventId id, String payload) {
        raw.call("XADD", flat, id.toString(), "n", "e", "p", payload);
    }

    private void addAll(int count) throws InterruptedException {
        stream.addAll(numbers(0, count).stream().map(n -> NewEvent.of("e", n)).toList());
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static ReaderOptions options(StartAt start) {
        return ReaderOptions.builder().startAt(start).build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
