package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.StreamDestroyedException;
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
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Adding only where there is a stream, looking at what is retained, and removing some of it. */
@RedisTest
class RetainedTest {
    private static final String DEFAULTS = "v=2|max=100000|mode=none|value=0|sliding=false";
    private static final NewEvent<String> EVENT = NewEvent.of("e", "x");

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private RawStream redis;
    private EventStream<String> stream;

    @BeforeEach
    void open(TestRedis server, Prefix prefix) {
        pulse = Pulse.builder().uri(server.uri()).listener(events::add).connect();
        raw = server.client();
        redis = new RawStream(raw, prefix.name("s"));
        stream = pulse.stream(redis.name(), Codecs.string());
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void addIfExistsNeverMakesAStreamOrARecord() throws InterruptedException {
        assertThat(stream.addIfExists(EVENT)).isEmpty();
        assertThat(redis.keys()).isEmpty();
        // a record without a key: used, and expired since
        redis.write(1, "active", DEFAULTS);
        assertThat(stream.addIfExists(EVENT)).isEmpty();
        assertThat(redis.keys()).containsExactly(redis.lifecycle());
    }

    @PulseTest
    void addIfExistsAddsToAStreamThatIsThere() throws InterruptedException {
        pulse.stream(redis.name(), Codecs.string(), Retention.maxLength(2)).addAll(List.of(EVENT, EVENT));
        EventId id = stream.addIfExists(NewEvent.of("e", "y").withTopic("t")).orElseThrow();
        assertThat(stream.snapshot()).hasSize(2).last().satisfies(event -> {
            assertThat(event.id()).isEqualTo(id);
            assertThat(event.topic()).contains("t");
        });
    }

    @PulseTest
    void addIfExistsWritesNothingDownAfterALossOfState() throws InterruptedException {
        stream.add("e", "x");
        raw.call("FLUSHALL");
        assertThat(stream.addIfExists(EVENT)).isEmpty();
        assertThat(redis.keys()).isEmpty();
    }

    @PulseTest
    void addIfExistsTellsHandlesOfADestroyedIncarnationAndFindsNothingWithNewOnes() throws InterruptedException {
        stream.add("e", "x");
        pulse.stream(redis.name()).destroy();
        assertThatThrownBy(() -> stream.addIfExists(EVENT)).isInstanceOf(StreamDestroyedException.class);
        EventStream<String> next = pulse.stream(redis.name(), Codecs.string());
        assertThat(next.addIfExists(EVENT)).isEmpty();
        assertThat(next.snapshot()).isEmpty();
        assertThat(redis.keys()).containsExactly(redis.lifecycle());
        assertThat(redis.record()).containsEntry("generation", "1");
    }

    @PulseTest
    void snapshotIsWhatIsRetainedInOrder() throws InterruptedException {
        List<EventId> ids = pulse.stream(redis.name(), Codecs.string(), Retention.maxLength(700))
                .addAll(numbered(1_000));
        List<Event<String>> all = stream.snapshot();
        assertThat(all).extracting(Event::id).isEqualTo(ids.subList(300, 1_000));
        assertThat(all).extracting(Event::payload).startsWith("300").endsWith("999");
        assertThat(all).extracting(Event::incarnation).containsOnly(1L);
    }

    @PulseTest
    void snapshotIsOfOneMomentWhileEventsComeAndGo() throws Exception {
        EventStream<String> bounded = pulse.stream(redis.name(), Codecs.string(), Retention.maxLength(50));
        bounded.addAll(numbered(50));
        AtomicBoolean enough = new AtomicBoolean();
        FutureTask<@Nullable Void> adding = new FutureTask<>(() -> {
            for (int i = 50; !enough.get(); i++) {
                bounded.add("e", Integer.toString(i));
            }
            return null;
        });
        Thread.ofVirtual().start(adding);
        for (int i = 0; i < 100; i++) {
            List<Integer> numbers = bounded.snapshot().stream()
                    .map(event -> Integer.valueOf(event.payload()))
                    .toList();
            int first = numbers.getFirst();
            assertThat(numbers)
                    .isEqualTo(IntStream.range(first, first + 50).boxed().toList());
        }
        enough.set(true);
        adding.get();
    }

    @PulseTest
    void snapshotHasNoSideEffect() throws InterruptedException {
        assertThat(stream.snapshot()).isEmpty();
        assertThat(redis.keys()).isEmpty();
        stream.add("e", "x");
        stream.sink("k", SinkOptions.defaults()).close();
        String groups = raw.list("XINFO", "GROUPS", redis.flat()).toString();
        var keys = redis.keys();
        assertThat(stream.snapshot()).hasSize(1);
        assertThat(stream.snapshot()).hasSize(1);
        assertThat(raw.list("XINFO", "GROUPS", redis.flat())).hasToString(groups);
        assertThat(redis.keys()).isEqualTo(keys);
    }

    @PulseTest
    void snapshotDoesNotGoOverTheLaneThatShortCommandsShare() throws InterruptedException {
        stream.addAll(numbered(100));
        assertThat(connections()).noneMatch(name -> name.endsWith("/large"));
        stream.snapshot();
        assertThat(connections()).anyMatch(name -> name.endsWith("/large"));
    }

    private List<String> connections() {
        return raw.text("CLIENT", "LIST")
                .lines()
                .flatMap(line -> List.of(line.split(" ")).stream())
                .filter(field -> field.startsWith("name=pulse/"))
                .toList();
    }

    @PulseTest
    void snapshotOfManyMegabytesArrives() throws InterruptedException {
        List<NewEvent<String>> large = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            large.add(NewEvent.of("e", "x".repeat(200 * 1024)));
        }
        stream.addAll(large);
        assertThat(stream.snapshot())
                .hasSize(40)
                .allSatisfy(event -> assertThat(event.payload()).hasSize(200 * 1024));
    }

    @PulseTest
    void snapshotPassesOverMalformedEntriesAndReportsThem() throws InterruptedException {
        stream.add("e", "x");
        String malformed = raw.text("XADD", redis.flat(), "*", "foreign", "garbage");
        stream.add("e", "y");
        assertThat(stream.snapshot()).extracting(Event::payload).containsExactly("x", "y");
        await().until(() -> events.stream()
                .anyMatch(event -> event instanceof PulseEvent.EntryDropped dropped
                        && dropped.eventId().equals(malformed)
                        && dropped.stream().equals(redis.name())));
    }

    @PulseTest
    void snapshotOfADestroyedIncarnationIsRefused() throws InterruptedException {
        stream.add("e", "x");
        pulse.stream(redis.name()).destroy();
        assertThatThrownBy(stream::snapshot).isInstanceOf(StreamDestroyedException.class);
        pulse.stream(redis.name(), Codecs.string()).add("e", "next");
        assertThatThrownBy(stream::snapshot).isInstanceOf(StreamDestroyedException.class);
    }

    @PulseTest
    void removeTakesOutWhatIsThereAndSaysHowMany() throws InterruptedException {
        List<EventId> ids = stream.addAll(numbered(1_200));
        assertThat(stream.remove(List.of())).isZero();
        assertThat(stream.remove(List.of(ids.get(3), ids.get(5), new EventId(7, 7))))
                .isEqualTo(2);
        assertThat(stream.remove(List.of(ids.get(3)))).isZero();
        assertThat(stream.remove(ids.subList(0, 1_199))).isEqualTo(1_197);
        assertThat(stream.snapshot()).extracting(Event::id).containsExactly(ids.getLast());
    }

    @PulseTest
    void removeMakesNoStream() throws InterruptedException {
        assertThat(stream.remove(List.of(new EventId(7, 7)))).isZero();
        assertThat(redis.keys()).isEmpty();
    }

    @PulseTest
    void removeAfterDestroyIsRefusedAndTouchesNoOtherIncarnation() throws InterruptedException {
        EventId id = stream.add("e", "x");
        pulse.stream(redis.name()).destroy();
        // the same id in the flat key, which v1.6 can make again, and in the next incarnation
        raw.call("XADD", redis.flat(), id.toString(), "n", "v1.6", "p", "");
        pulse.stream(redis.name()).add("e", new byte[0]);
        raw.call("XADD", redis.physical(2), new EventId(id.millis() + 600_000, 0).toString(), "n", "next", "p", "");
        assertThatThrownBy(() -> stream.remove(List.of(id))).isInstanceOf(StreamDestroyedException.class);
        assertThat(redis.length(redis.flat())).isEqualTo(1);
        assertThat(redis.length(redis.physical(2))).isEqualTo(2);
    }

    @PulseTest
    void removedBeforeASinkReadThemTheyAreNotDelivered() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
            List<EventId> ids = stream.addAll(numbered(3));
            stream.remove(List.of(ids.get(1)));
            List<String> got = new ArrayList<>();
            while (got.size() < 2) {
                for (Delivery<String> delivery : sink.poll(10, Duration.ofSeconds(5))) {
                    got.add(delivery.event().payload());
                    delivery.ack();
                }
            }
            assertThat(got).containsExactly("0", "2");
        }
    }

    private static List<NewEvent<String>> numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList();
    }
}
