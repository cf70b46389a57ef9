package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What does not pass a reader's filters is skipped, and the cursor moves on. */
@RedisTest(shared = true)
class ReaderFilterTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
        raw = redis.client();
        stream = pulse.stream(prefix.name("orders"), Codecs.string());
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void onlyEventsOfTheTopicsAreHandedOut() throws InterruptedException {
        add("eu", "1");
        add("us", "2");
        stream.add("e", "no topic");
        add("eu-north", "3");
        assertThat(payloads(options().topics(TopicFilter.exactly("eu")))).containsExactly("1");
        assertThat(payloads(options().topics(TopicFilter.matching("^eu")))).containsExactly("1", "3");
        assertThat(payloads(options().topics(TopicFilter.all()))).containsExactly("1", "2", "no topic", "3");
    }

    @PulseTest
    void onlyEventsThatThePredicateAcceptsAreHandedOut() throws InterruptedException {
        stream.add("placed", "1");
        stream.add("paid", "2");
        add("eu", "3");
        assertThat(payloads(options().filter(event -> event.name().equals("paid"))))
                .containsExactly("2");
        assertThat(payloads(options()
                        .topics(TopicFilter.exactly("eu"))
                        .filter(event -> event.payload().equals("3"))))
                .containsExactly("3");
    }

    @PulseTest
    void whatIsOfAnotherTopicIsNotDecoded() throws InterruptedException {
        raw.call("XADD", "pulse:stream:" + stream.name(), "*", "n", "e", "t", "us");
        add("eu", "1");
        assertThat(payloads(options().topics(TopicFilter.exactly("eu")))).containsExactly("1");
        assertThat(told).isEmpty();
    }

    @PulseTest
    void cursorMovesPastWhatDoesNotPass() throws InterruptedException {
        EventId one = add("eu", "1");
        EventId last = add("us", "2");
        try (Reader<String> polled = stream.reader(
                        options().topics(TopicFilter.exactly("eu")).build());
                Reader<String> consumed = stream.reader(
                        options().topics(TopicFilter.exactly("eu")).build())) {
            assertThat(polled.poll(1, LONG)).hasSize(1);
            assertThat(polled.cursor()).isEqualTo(one);
            assertThat(polled.poll(1, Duration.ZERO)).isEmpty();
            assertThat(polled.cursor()).isEqualTo(last);
            consumed.consume(event -> {});
            await().untilAsserted(() -> assertThat(consumed.cursor()).isEqualTo(last));
        }
    }

    @PulseTest
    void pollLooksThroughABacklogOfWhichLittlePasses() throws InterruptedException {
        stream.addAll(IntStream.rangeClosed(1, 5_000)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList());
        try (Reader<String> reader = stream.reader(options()
                .filter(event -> Integer.parseInt(event.payload().toString()) % 1_000 == 0)
                .build())) {
            for (String passes : List.of("1000", "2000", "3000", "4000", "5000")) {
                assertThat(reader.poll(1, Duration.ZERO))
                        .extracting(Event::payload)
                        .containsExactly(passes);
            }
            assertThat(reader.poll(1, Duration.ZERO)).isEmpty();
        }
    }

    @PulseTest
    void pollGoesOnWaitingWhileWhatComesDoesNotPass() throws Exception {
        try (Reader<String> reader =
                stream.reader(options().topics(TopicFilter.exactly("eu")).build())) {
            FutureTask<List<Event<String>>> poll = new FutureTask<>(() -> reader.poll(10, LONG));
            Thread.ofVirtual().start(poll);
            for (int i = 0; i < 3; i++) {
                EventId other = add("us", "other");
                await().until(() -> reader.cursor().equals(other));
            }
            add("eu", "mine");
            assertThat(poll.get()).extracting(Event::payload).containsExactly("mine");
        }
    }

    @PulseTest
    void whatThePredicateThrowsForIsPassedOverAndReported() throws InterruptedException {
        EventId bad = stream.add("e", "not a number");
        EventId worse = stream.add("e", "recursion");
        stream.add("e", "7");
        assertThat(payloads(options().filter(event -> {
                    if (event.payload().equals("recursion")) {
                        throw new StackOverflowError("on purpose");
                    }
                    return Integer.parseInt(event.payload().toString()) > 0;
                })))
                .containsExactly("7");
        await().untilAsserted(() -> assertThat(told)
                .extracting(event -> ((PulseEvent.EntryDropped) event).eventId())
                .containsExactly(bad.toString(), worse.toString()));
        assertThat(told)
                .allSatisfy(event -> assertThat(((PulseEvent.EntryDropped) event).cause())
                        .startsWith("the filter failed: java.lang."));
    }

    private EventId add(String topic, String payload) throws InterruptedException {
        return stream.add(NewEvent.of("e", payload).withTopic(topic));
    }

    private List<String> payloads(ReaderOptions.Builder options) throws InterruptedException {
        try (Reader<String> reader = stream.reader(options.build())) {
            return reader.poll(100, Duration.ZERO).stream().map(Event::payload).toList();
        }
    }

    private static ReaderOptions.Builder options() {
        return ReaderOptions.builder().startAt(StartAt.oldest());
    }
}
