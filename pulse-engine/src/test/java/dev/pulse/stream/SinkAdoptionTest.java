package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a sink finds when it comes: an older program's group, a cursor whose events are gone, trimmed events. */
@RedisTest
class SinkAdoptionTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private String flat;
    private String cursors;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
        raw = redis.client();
        stream = pulse.stream(prefix.name("orders"), Codecs.string());
        flat = "pulse:stream:" + stream.name();
        cursors = flat + ":sink-recovery:1";
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void flatStreamWithQueuedAndPendingEventsIsAdopted() throws InterruptedException {
        for (int i = 0; i < 6; i++) {
            raw.call("XADD", flat, "*", "n", "placed", "p", Integer.toString(i));
        }
        raw.call("XGROUP", "CREATE", flat, "bill", "0");
        raw.list("XREADGROUP", "GROUP", "bill", "of-v16", "COUNT", "3", "STREAMS", flat, ">");
        try (Sink<String> sink = stream.sink("bill", quick())) {
            sink.consume(event -> handled.add(event.payload()));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(handled).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5"));
            await().atMost(LONG).until(() -> sink.figures().pending().orElse(-1) == 0);
        }
        assertThat(raw.text("HGET", flat + ":lifecycle", "generation")).isEqualTo("1");
        assertThat(told).isEmpty();
    }

    @PulseTest
    void cursorIsSharedByAllConsumersOfASink() throws InterruptedException {
        try (Sink<String> one = stream.sink("bill", quick());
                Sink<String> other = stream.sink("bill", quick())) {
            one.consume(event -> handled.add(event.payload()));
            other.consume(event -> handled.add(event.payload()));
            add("a", 20);
            await().atMost(LONG).until(() -> handled.size() == 20);
            awaitCursor(add("b", 20));
            raw.call("XGROUP", "DESTROY", flat, "bill");
            add("c", 20);
            await().atMost(LONG).until(() -> handled.size() >= 60);
            await().atMost(LONG).until(() -> one.figures().pending().orElse(-1) == 0);
            assertThat(handled).hasSize(60).doesNotHaveDuplicates();
        }
    }

    @PulseTest
    void cursorOutlivesTheTimeToLiveOfTheEvents() throws InterruptedException {
        stream.changeRetention(Retention.defaults().withTtl(Duration.ofSeconds(3)));
        try (Sink<String> sink = stream.sink("bill", quick())) {
            sink.consume(event -> handled.add(event.payload()));
            EventId last = add("a", 5);
            awaitCursor(last);
            // the group goes with the stream, and is made again at once
            await().atMost(LONG).until(() -> told.stream().anyMatch(PulseEvent.GroupLost.class::isInstance));
            assertThat(raw.text("HGET", cursors, "bill")).isEqualTo(last.toString());
            add("b", 5);
            await().atMost(LONG).until(() -> handled.size() >= 10);
            assertThat(handled).hasSize(10).doesNotHaveDuplicates();
            await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
        }
    }

    @PulseTest
    void newSinkBeginsAfterAnIdOrAtATime() throws InterruptedException {
        raw.call("XADD", flat, "1000-5", "n", "e", "p", "0");
        raw.call("XADD", flat, "2000-0", "n", "e", "p", "1");
        raw.call("XADD", flat, "2000-1", "n", "e", "p", "2");
        assertThat(payloads("after", StartAt.after(new EventId(1000, 5)))).containsExactly("1", "2");
        assertThat(payloads("between", StartAt.after(new EventId(2000, 0)))).containsExactly("2");
        assertThat(payloads("at", StartAt.at(Instant.ofEpochMilli(2000)))).containsExactly("1", "2");
        assertThat(payloads("epoch", StartAt.at(Instant.EPOCH))).containsExactly("0", "1", "2");
    }

    private List<String> payloads(String sinkName, StartAt start) throws InterruptedException {
        try (Sink<String> sink =
                stream.sink(sinkName, SinkOptions.builder().startAt(start).build())) {
            return sink.poll(10, LONG).stream()
                    .map(delivery -> delivery.event().payload())
                    .toList();
        }
    }

    @PulseTest
    @Attacks(value = P1, by = Fault.F19)
    void whatIsTrimmedWhileItIsPendingIsReportedAndWhatWasUnreadStopsNothing() throws InterruptedException {
        try (Sink<String> sink = stream.sink("bill", quick())) {
            add("a", 6);
            List<Delivery<String>> held = sink.poll(2, LONG);
            assertThat(held).hasSize(2);
            // two pending, two unread ones go
            raw.call("XTRIM", flat, "MAXLEN", "2");
            held.forEach(delivery -> delivery.nack(Duration.ZERO));
            // a consumer that nobody uses looks for nothing
            await().atMost(LONG).untilAsserted(() -> {
                for (Delivery<String> delivery : sink.poll(10, Duration.ZERO)) {
                    handled.add(delivery.event().payload());
                    delivery.ack();
                }
                assertThat(handled).containsExactlyInAnyOrder("a4", "a5");
                assertThat(told)
                        .filteredOn(PulseEvent.EntryDropped.class::isInstance)
                        .hasSize(2);
            });
            await().atMost(LONG).until(() -> sink.figures().pending().orElse(-1) == 0);
            assertThat(sink.figures().dropped()).isEqualTo(2);
            assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);
        }
    }

    /** The id of the last one. */
    private EventId add(String prefix, int count) throws InterruptedException {
        EventId last = EventId.ZERO;
        for (int i = 0; i < count; i++) {
            last = stream.add("placed", prefix + i);
        }
        return last;
    }

    private void awaitCursor(EventId id) {
        await().atMost(LONG).until(() -> id.toString().equals(raw.call("HGET", cursors, "bill")));
    }

    private static SinkOptions quick() {
        return SinkOptions.builder()
                .ackDeadline(Duration.ofSeconds(1))
                .blockTime(Duration.ofMillis(100))
                .build();
    }
}
