package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.StreamConfigException;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Who acknowledges, and what at most once means. */
@RedisTest(shared = true)
class AckModeTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final SinkOptions NONE = SinkOptions.builder()
            .ackMode(AckMode.NONE)
            .ackDeadline(Duration.ofMillis(200))
            .build();

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
    void withoutAcksNothingIsEverPendingAndAFailureIsNotTriedAgain() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", NONE)) {
            sink.consume(event -> {
                // what is found pending counts as not handled; after that the connection belongs to the test's thread
                assertThat(pending()).isZero();
                handled.add(event.payload());
                throw new IllegalStateException("on purpose");
            });
            stream.addAll(IntStream.range(0, 500)
                    .mapToObj(i -> NewEvent.of("e", Integer.toString(i)))
                    .toList());
            await().untilAsserted(() -> assertThat(handled).hasSize(500));
            EventId last = stream.add("e", "last");
            await().untilAsserted(() -> assertThat(handled).hasSize(501).doesNotHaveDuplicates());
            await().untilAsserted(() ->
                    assertThat(raw.call("HGET", flat + ":sink-recovery:1", "k")).isEqualTo(last.toString()));
            assertThat(stream.deadLetters().count()).isZero();
        }
    }

    @PulseTest
    void deliveriesWithoutAcksAreSettledHere() throws InterruptedException {
        try (Sink<String> sink = stream.sink(
                "k", SinkOptions.builder().ackMode(AckMode.NONE).maxInFlight(3).build())) {
            for (int i = 0; i < 4; i++) {
                stream.add("e", Integer.toString(i));
            }
            var three = sink.poll(10, LONG);
            assertThat(three).hasSize(3);
            assertThat(three.get(0).ack()).isEqualTo(AckResult.ACKED);
            three.get(1).nack(Duration.ZERO);
            three.get(2).deadLetter("on purpose");
            await().untilAsserted(() -> assertThat(told).hasAtLeastOneElementOfType(PulseEvent.EntryDropped.class));
            assertThat(sink.poll(10, LONG)).singleElement().satisfies(Delivery::ackLater);
            assertThat(sink.poll(1, Duration.ofMillis(20))).isEmpty();
        }
    }

    @PulseTest
    void malformedEntriesArePassedOverWithoutAcks() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", NONE)) {
            raw.call("XADD", flat, "*", "x", "no name");
            stream.add("e", "a");
            assertThat(sink.poll(10, LONG)).hasSize(1);
            await().untilAsserted(() -> assertThat(told).hasAtLeastOneElementOfType(PulseEvent.EntryDropped.class));
            assertThat(stream.deadLetters().count()).isZero();
        }
    }

    @PulseTest
    void handlerWithoutAcksIsInterruptedAfterItsTime() throws InterruptedException {
        SinkOptions options = SinkOptions.builder()
                .ackMode(AckMode.NONE)
                .ackDeadline(Duration.ofMillis(100))
                .maxProcessing(Duration.ofMillis(100))
                .build();
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Sink<String> sink = stream.sink("k", options)) {
            sink.consume(event -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            });
            stream.add("e", "a");
            interrupted.await();
        }
    }

    @PulseTest
    void goSinkMustAgreeOnAcks() throws InterruptedException {
        String config = "pulse:stream:" + stream.name() + ":generation:1:sink:k:config";
        raw.call("HSET", config, "filter_kind", "all", "filter_value", "", "no_ack", "1");
        assertThatThrownBy(() -> stream.sink("k", SinkOptions.defaults()))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("no-ack 1, which contradicts the wish for filter all \"\" and no-ack 0");
        stream.sink("k", NONE).close();
        raw.call("HSET", config, "no_ack", "0");
        assertThatThrownBy(() -> stream.sink("k", NONE))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("no-ack 0, which contradicts the wish for filter all \"\" and no-ack 1");
        stream.sink("k", SinkOptions.defaults()).close();
    }

    @PulseTest
    void manualAcksRefuseAHandlerThatCannotGiveAny() throws InterruptedException {
        SinkOptions manual = SinkOptions.builder().ackMode(AckMode.MANUAL).build();
        try (Sink<String> sink = stream.sink("k", manual)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> sink.consume(event -> {}))
                    .withMessageContaining("MANUAL");
            sink.consumeManually(delivery -> {
                handled.add(delivery.event().payload());
                delivery.ack();
            });
            stream.add("e", "a");
            await().untilAsserted(() -> assertThat(handled).containsExactly("a"));
        }
    }

    private long pending() {
        return (Long) raw.list("XPENDING", flat, "k").getFirst();
    }
}
