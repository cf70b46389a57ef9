package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
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
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One reader of several streams, which come and go while it reads. */
@RedisTest(shared = true)
class ReaderStreamsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> one;
    private EventStream<String> two;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
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
    void eachStreamKeepsItsOrderAndItsCursor() throws InterruptedException {
        List<EventId> first = add(one, 250);
        List<EventId> second = add(two, 20);
        try (Reader<String> reader = one.reader(oldest())) {
            assertThat(reader.poll(1, LONG)).hasSize(1);
            assertThat(reader.cursor()).isEqualTo(first.getFirst());
            reader.addStream(two, StartAt.after(second.get(9)));
            List<Event<String>> all = new ArrayList<>();
            while (all.size() < 259) {
                List<Event<String>> some = reader.poll(7, LONG);
                assertThat(some).hasSizeBetween(1, 7);
                all.addAll(some);
            }
            assertThat(of(one, all)).isEqualTo(first.subList(1, 250));
            assertThat(of(two, all)).isEqualTo(second.subList(10, 20));
            // a busy stream keeps no other one waiting
            assertThat(of(two, all.subList(0, 40))).hasSize(10);
            assertThat(reader.streams()).containsExactly(one.name(), two.name());
            assertThat(reader.cursor(one.name())).isEqualTo(first.getLast());
            assertThat(reader.cursor(two.name())).isEqualTo(second.getLast());
            assertThatIllegalStateException().isThrownBy(reader::cursor);
            assertThat(reader.poll(1, Duration.ZERO)).isEmpty();
        }
    }

    @PulseTest
    void pollOfOneEventReachesAllStreams() throws InterruptedException {
        add(one, 3);
        add(two, 3);
        try (Reader<String> reader = one.reader(oldest())) {
            reader.addStream(two, StartAt.oldest());
            List<Event<String>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                List<Event<String>> some = reader.poll(1, LONG);
                assertThat(some).hasSize(1);
                all.addAll(some);
            }
            assertThat(of(one, all)).hasSize(3).isSorted();
            assertThat(of(two, all)).hasSize(3).isSorted();
        }
    }

    @PulseTest
    void streamThatIsAddedDuringABlockingReadIsReadAtOnce() throws Exception {
        try (Reader<String> polled = one.reader(ReaderOptions.defaults());
                Reader<String> consumed = one.reader(ReaderOptions.defaults())) {
            FutureTask<List<Event<String>>> poll = new FutureTask<>(() -> polled.poll(10, LONG));
            Thread.ofVirtual().start(poll);
            Queue<String> seen = new ConcurrentLinkedQueue<>();
            consumed.consume(event -> seen.add(event.stream() + event.payload()));
            awaitBlocked(2);
            long before = System.nanoTime();
            two.add("e", "old");
            polled.addStream(two, StartAt.oldest());
            consumed.addStream(two, StartAt.newest());
            assertThat(poll.get()).extracting(Event::payload).containsExactly("old");
            two.add("e", "new");
            one.add("e", "first");
            await().untilAsserted(
                            () -> assertThat(seen).containsExactlyInAnyOrder(two.name() + "new", one.name() + "first"));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
        }
    }

    @PulseTest
    void nothingOfARemovedStreamIsHandled() throws InterruptedException {
        add(one, 10);
        Queue<Event<String>> seen = new ConcurrentLinkedQueue<>();
        Semaphore go = new Semaphore(0);
        CountDownLatch begun = new CountDownLatch(1);
        try (Reader<String> reader = one.reader(oldest())) {
            reader.consume(event -> {
                seen.add(event);
                begun.countDown();
                go.acquire();
            });
            begun.await();
            reader.addStream(two, StartAt.newest());
            reader.removeStream(one.name());
            assertThat(reader.streams()).containsExactly(two.name());
            EventId last = add(two, 1).getFirst();
            add(one, 1);
            go.release(100);
            await().until(() -> reader.cursor().equals(last));
            // the cursor moves before the handler is called
            await().untilAsserted(
                            () -> assertThat(seen).extracting(Event::stream).containsExactly(one.name(), two.name()));
            // it can come back, from where it is told
            reader.addStream(one, StartAt.after(seen.peek().id()));
            await().untilAsserted(() -> assertThat(seen).hasSize(12));
        }
    }

    @PulseTest
    void streamsCanBeAddedAndRemovedByTheHandler() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = one.reader(oldest())) {
            reader.consume(event -> {
                seen.add(event.payload());
                if (event.payload().equals("next")) {
                    reader.addStream(two, StartAt.oldest());
                    reader.removeStream(one.name());
                }
            });
            two.add("e", "of two");
            one.addAll(List.of(NewEvent.of("e", "next"), NewEvent.of("e", "not any more")));
            await().untilAsserted(() -> assertThat(seen).containsExactly("next", "of two"));
        }
    }

    @PulseTest
    void wrongUseIsRefusedByName(TestRedis redis) throws InterruptedException {
        Reader<String> reader = one.reader(oldest());
        assertThatIllegalStateException()
                .isThrownBy(() -> reader.removeStream(one.name()))
                .withMessage("stream \"" + one.name() + "\" is the last one of this reader and cannot be removed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reader.removeStream("other"))
                .withMessage("this reader does not read stream \"other\", but [" + one.name() + "]");
        assertThatIllegalArgumentException().isThrownBy(() -> reader.cursor("other"));
        assertThatIllegalStateException()
                .isThrownBy(() -> reader.addStream(one, StartAt.oldest()))
                .withMessage("this reader reads stream \"" + one.name() + "\" already");
        try (Pulse other = Pulse.connect(redis.uri())) {
            EventStream<String> foreign = other.stream(two.name(), Codecs.string());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.addStream(foreign, StartAt.oldest()))
                    .withMessage("stream \"" + two.name() + "\" is of another Pulse");
        }
        reader.close();
        assertThatIllegalStateException().isThrownBy(() -> reader.addStream(two, StartAt.oldest()));
    }

    @PulseTest
    void destroyedStreamHoldsUpNoOther() throws InterruptedException {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (Reader<String> reader = one.reader(oldest())) {
            reader.addStream(two, StartAt.oldest());
            add(one, 1);
            add(two, 1);
            reader.consume(event -> seen.add(event.payload()));
            await().until(() -> seen.size() == 2);
            raw.call("HSET", "pulse:stream:" + one.name() + ":lifecycle", "state", "destroyed");
            raw.call("DEL", "pulse:stream:" + one.name());
            two.add("e", "after");
            two.add("e", "and again");
            await().untilAsserted(() -> assertThat(seen).endsWith("after", "and again"));
        }
    }

    private void awaitBlocked(int readers) {
        await().until(() -> raw.text("CLIENT", "LIST")
                        .lines()
                        .filter(line -> line.contains("/reader ") && line.contains("flags=b"))
                        .count()
                >= readers);
    }

    private static List<EventId> add(EventStream<String> stream, int count) throws InterruptedException {
        return stream.addAll(IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList());
    }

    private static List<EventId> of(EventStream<String> stream, List<Event<String>> events) {
        return events.stream()
                .filter(event -> event.stream().equals(stream.name()))
                .map(Event::id)
                .toList();
    }

    private static ReaderOptions oldest() {
        return ReaderOptions.builder().startAt(StartAt.oldest()).build();
    }
}
