package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.StreamConfigException;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a sink is not about is done without a delivery. */
@RedisTest(shared = true)
class SinkFilterTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private String flat;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
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
    void eventsWithOtherTopicsAreAckedWithoutADelivery() throws InterruptedException {
        add("eu", "us", "eu/de", "", "eu");
        try (Sink<String> exact =
                        stream.sink("k", topics(TopicFilter.exactly("eu")).build());
                Sink<String> pattern =
                        stream.sink("p", topics(TopicFilter.matching("^e")).build())) {
            exact.consume(event -> handled.add("k" + event.payload()));
            pattern.consume(event -> handled.add("p" + event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("k0", "k4", "p0", "p2", "p4"));
            awaitPending("k");
            awaitPending("p");
        }
    }

    @PulseTest
    void pollFindsWhatStandsBehindManyThatAreFiltered() throws InterruptedException {
        List<NewEvent<String>> many = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            many.add(NewEvent.of("e", Integer.toString(i)).withTopic("us"));
        }
        stream.addAll(many);
        add("eu");
        SinkOptions options = topics(TopicFilter.exactly("eu")).maxInFlight(10).build();
        try (Sink<String> sink = stream.sink("k", options)) {
            assertThat(sink.poll(10, Duration.ZERO)).singleElement().satisfies(Delivery::ackLater);
            awaitPending("k");
        }
    }

    @PulseTest
    void whatDoesNotPassIsNotEvenDecoded() throws InterruptedException {
        EventStream<Integer> numbers = pulse.stream(stream.name(), Codecs.json(Integer.class));
        add("us");
        raw.call("XADD", flat, "*", "n", "e", "t", "us", "p", "no number");
        numbers.add(NewEvent.of("e", 7).withTopic("eu"));
        try (Sink<Integer> sink =
                numbers.sink("k", topics(TopicFilter.exactly("eu")).build())) {
            assertThat(sink.poll(10, LONG)).singleElement().satisfies(Delivery::ackLater);
            awaitPending("k");
            assertThat(numbers.deadLetters().count()).isZero();
        }
    }

    @PulseTest
    void predicateDecidesByTheEvent() throws InterruptedException {
        SinkOptions options = SinkOptions.builder()
                .filter(event -> event.payload().equals("1"))
                .maxInFlight(2)
                .build();
        add("a", "a", "a", "a", "a", "a");
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consume(event -> handled.add(event.payload()));
            awaitPending("k");
            await().untilAsserted(() -> assertThat(handled).containsExactly("1"));
        }
    }

    @PulseTest
    void claimedEventsAreFilteredToo() throws InterruptedException {
        add("us", "eu");
        SinkOptions options = topics(TopicFilter.exactly("eu"))
                .ackDeadline(Duration.ofMillis(200))
                .build();
        try (Sink<String> sink = stream.sink("k", options)) {
            raw.call("XREADGROUP", "GROUP", "k", "dead", "STREAMS", flat, ">");
            sink.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactly("1"));
            awaitPending("k");
        }
    }

    @PulseTest
    void filterThatThrowsIsAFailedDelivery() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        SinkOptions options = SinkOptions.builder()
                .filter(event -> {
                    if (event.payload().equals("0") || calls.getAndIncrement() < 2) {
                        throw new IllegalStateException("on purpose");
                    }
                    return true;
                })
                .maxDeliveries(3)
                .backoff(Duration.ofMillis(1))
                .build();
        add("a", "a");
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consumeManually(delivery -> {
                handled.add(delivery.event().payload() + " " + delivery.attempt());
                delivery.ack();
            });
            await().untilAsserted(() -> assertThat(handled).containsExactly("1 3"));
            awaitPending("k");
            assertThat(stream.deadLetters().list(10)).singleElement().satisfies(letter -> {
                assertThat(letter.cause()).contains("on purpose");
                assertThat(letter.deliveries()).isEqualTo(3);
            });
        }
    }

    @PulseTest
    void goSinkMustHaveTheSameFilter() throws InterruptedException {
        String config = "pulse:stream:" + stream.name() + ":generation:1:sink:k:config";
        raw.call("HSET", config, "filter_kind", "pattern", "filter_value", "^a", "no_ack", "0");
        assertThatThrownBy(() ->
                        stream.sink("k", topics(TopicFilter.matching("^b")).build()))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("filter pattern \"^a\"")
                .hasMessageContaining("filter pattern \"^b\"");
        assertThatThrownBy(
                        () -> stream.sink("k", topics(TopicFilter.exactly("^a")).build()))
                .isInstanceOf(StreamConfigException.class);
        stream.sink("k", topics(TopicFilter.matching("^a")).build()).close();
        raw.call("HSET", config, "filter_kind", "topic", "filter_value", "a");
        stream.sink("k", topics(TopicFilter.exactly("a")).build()).close();
        assertThatThrownBy(() -> stream.sink("k", SinkOptions.defaults()))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("filter topic \"a\"")
                .hasMessageContaining("filter all \"\"");
    }

    private static SinkOptions.Builder topics(TopicFilter topics) {
        return SinkOptions.builder().topics(topics);
    }

    /** Adds events, each with its number as payload and one of these topics; empty is none. */
    private void add(String... topics) throws InterruptedException {
        for (int i = 0; i < topics.length; i++) {
            NewEvent<String> event = NewEvent.of("e", Integer.toString(i));
            stream.add(topics[i].isEmpty() ? event : event.withTopic(topics[i]));
        }
    }

    private void awaitPending(String sink) {
        await().untilAsserted(() ->
                assertThat(raw.list("XPENDING", flat, sink).getFirst()).isEqualTo(0L));
    }
}
