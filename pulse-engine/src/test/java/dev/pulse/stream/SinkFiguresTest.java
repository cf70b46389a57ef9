package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a sink tells of itself. */
@RedisTest
class SinkFiguresTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @PulseTest
    void figuresFollowWhatHappensToEvents(TestRedis redis, Prefix prefix) throws InterruptedException {
        SinkOptions options = SinkOptions.builder()
                .ackDeadline(Duration.ofMillis(200))
                .maxDeliveries(2)
                .backoff(Duration.ofMillis(20))
                .topics(TopicFilter.exactly("eu"))
                .maxInFlight(6)
                .filter(event -> !event.payload().equals("1"))
                .build();
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            EventStream<String> stream = pulse.stream(prefix.name("users"), Codecs.string());
            String flat = "pulse:stream:" + stream.name();
            stream.add(NewEvent.of("e", "0").withTopic("us"));
            for (int i = 1; i <= 10; i++) {
                stream.add(NewEvent.of("e", Integer.toString(i)).withTopic("eu"));
            }
            try (Sink<String> sink = stream.sink("k", options)) {
                boolean knowsLag = raw.list("XINFO", "GROUPS", flat).toString().contains("lag");
                assertThat(sink.figures().lag()).isEqualTo(knowsLag ? OptionalLong.of(11) : OptionalLong.empty());
                List<Delivery<String>> polled = sink.poll(6, LONG);
                assertThat(polled)
                        .extracting(delivery -> delivery.event().payload())
                        .containsExactly("2", "3", "4", "5");
                polled.get(0).ack();
                polled.get(1).ackLater();
                polled.get(2).nack(Duration.ofHours(1));
                raw.call("XACK", flat, "k", polled.get(3).event().id().toString());
                assertThat(polled.get(3).ack()).isEqualTo(AckResult.LEASE_LOST);
                await().untilAsserted(() -> {
                    SinkFigures now = sink.figures();
                    assertThat(now.acked()).isEqualTo(2);
                    assertThat(now.failed()).isEqualTo(1);
                    assertThat(now.filtered()).isEqualTo(2);
                    assertThat(now.lostLeases()).isEqualTo(1);
                    assertThat(now.parked()).isEqualTo(1);
                    assertThat(now.inFlight()).isZero();
                    assertThat(now.pending()).hasValue(1);
                    assertThat(now.oldestPending()).isPresent();
                    assertThat(now.extended()).isPositive();
                    assertThat(now.lag()).isEqualTo(knowsLag ? OptionalLong.of(5) : OptionalLong.empty());
                });
                Delivery<String> first = sink.poll(1, LONG).getFirst();
                assertThat(sink.figures().inFlight()).isEqualTo(1);
                first.nack(Duration.ofMillis(1));
                Delivery<String> again = sink.poll(1, LONG).getFirst();
                while (again.attempt() == 1) {
                    again.ackLater();
                    again = sink.poll(1, LONG).getFirst();
                }
                again.nack();
                await().untilAsserted(() -> {
                    SinkFigures now = sink.figures();
                    assertThat(now.dead()).isEqualTo(1);
                    assertThat(now.failed()).isEqualTo(3);
                    assertThat(now.redelivered()).isEqualTo(1);
                });
            }
        }
    }

    @PulseTest
    void figuresTellHowFarTheDurableCursorIsBehind(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            EventStream<String> stream = pulse.stream(prefix.name("users"), Codecs.string());
            for (String id : List.of("1000-0", "2000-0", "5000-0")) {
                raw.call("XADD", "pulse:stream:" + stream.name(), id, "n", "e", "p", id);
            }
            try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
                assertThat(sink.figures().cursorDistance()).contains(Duration.ZERO);
                List<Delivery<String>> polled = sink.poll(3, LONG);
                polled.get(1).ack();
                // the cursor is the last id before the first that is pending
                awaitDistance(sink, Duration.ofMillis(5_000 - 999));
                polled.get(2).ack();
                polled.get(0).ack();
                awaitDistance(sink, Duration.ZERO);
            }
        }
    }

    private static void awaitDistance(Sink<?> sink, Duration distance) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sink.figures().cursorDistance()).contains(distance));
    }

    @PulseTest
    void figuresWithoutRedisAreThoseKnownHere(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.embedded().port());
                Pulse pulse = Pulse.builder()
                        .uri(proxy.uri())
                        .commandTimeout(Duration.ofSeconds(2))
                        .connect()) {
            EventStream<String> stream = pulse.stream(prefix.name("users"), Codecs.string());
            Sink<String> sink = stream.sink("k", SinkOptions.defaults());
            stream.add("e", "a");
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            proxy.cut();
            SinkFigures figures = sink.figures();
            assertThat(figures.pending()).isEmpty();
            assertThat(figures.lag()).isEmpty();
            assertThat(figures.oldestPending()).isEqualTo(Optional.empty());
            assertThat(figures.cursorDistance()).isEqualTo(Optional.empty());
            assertThat(figures.inFlight()).isEqualTo(1);
            proxy.heal();
            await().untilAsserted(() -> assertThat(sink.figures().pending()).hasValue(1));
            delivery.ackLater();
            await().untilAsserted(() -> assertThat(sink.figures().pending()).hasValue(0));
            sink.close();
        }
    }
}
