package dev.pulse.stream;

import static dev.pulse.faults.Promise.P15;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.OnceConflictException;
import dev.pulse.Pulse;
import dev.pulse.StreamConfigException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One event per key and window, whatever was lost, trimmed or retried. */
@RedisTest
@Attacks(P15)
class AddOnceTest {
    private static final Duration WINDOW = Once.DEFAULT_WINDOW;
    private static final NewEvent<String> EVENT = NewEvent.of("ev", "pay").withTopic("top");

    private Pulse pulse;
    private RespClient raw;
    private RawStream redis;
    private EventStream<String> stream;

    @BeforeEach
    void open(TestRedis server, Prefix prefix) {
        pulse = Pulse.connect(server.uri());
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
    void secondCallGetsTheFirstIdAndAddsNothing() throws InterruptedException {
        Once first = stream.addOnce("key", WINDOW, EVENT);
        assertThat(first.first()).isTrue();
        assertThat(stream.addOnce("key", WINDOW, EVENT)).isEqualTo(new Once(first.id(), false));
        assertThat(stream.snapshot()).singleElement().satisfies(event -> {
            assertThat(event.id()).isEqualTo(first.id());
            assertThat(event.name()).isEqualTo("ev");
            assertThat(event.topic()).contains("top");
            assertThat(event.payload()).isEqualTo("pay");
        });
        Once other = stream.addOnce("other", WINDOW, EVENT);
        assertThat(other.first()).isTrue();
        assertThat(other.id()).isGreaterThan(first.id());
    }

    @PulseTest
    void headersAreNotCompared() throws InterruptedException {
        EventId first =
                stream.addOnce("key", WINDOW, EVENT.withHeader("trace", "1")).id();
        assertThat(stream.addOnce("key", WINDOW, EVENT.withHeader("trace", "2")))
                .isEqualTo(new Once(first, false));
        assertThat(stream.addOnce("key", WINDOW, EVENT.withHeader("t", "x"))).isEqualTo(new Once(first, false));
    }

    @PulseTest
    void otherContentIsRefusedNamingKeyAndFirstId() throws InterruptedException {
        conflictsAreRefused();
    }

    @PulseTest
    void otherContentIsRefusedOnAStreamWithADeadlineToo() throws InterruptedException {
        stream = withDeadline();
        conflictsAreRefused();
    }

    private void conflictsAreRefused() throws InterruptedException {
        EventId first = stream.addOnce("key", WINDOW, EVENT).id();
        for (NewEvent<String> other : List.of(
                NewEvent.of("ev", "pay"),
                NewEvent.of("ev", "pay").withTopic("to"),
                NewEvent.of("e", "pay").withTopic("top"),
                NewEvent.of("ev", "pax").withTopic("top"),
                // the same bytes, cut elsewhere
                NewEvent.of("evt", "pay").withTopic("op"),
                NewEvent.of("ev", "ppay").withTopic("to"))) {
            assertThatThrownBy(() -> stream.addOnce("key", WINDOW, other))
                    .isInstanceOf(OnceConflictException.class)
                    .hasMessageContaining("\"key\"")
                    .hasMessageContaining(first.toString());
        }
        assertThat(redis.length(redis.flat())).isEqualTo(1);
    }

    @PulseTest
    void concurrentExactAddsPublishOnce() throws Exception {
        assertOneOf(50);
    }

    @PulseTest
    void concurrentExactAddsPublishOnceOnAStreamWithADeadline() throws Exception {
        stream = withDeadline();
        assertOneOf(50);
    }

    private void assertOneOf(int callers) throws Exception {
        List<Once> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Once>> all = IntStream.range(0, callers)
                    .mapToObj(i -> threads.submit(() -> stream.addOnce("key", WINDOW, EVENT)))
                    .toList();
            for (Future<Once> one : all) {
                answers.add(one.get());
            }
        }
        assertThat(answers).extracting(Once::id).containsOnly(answers.getFirst().id());
        assertThat(answers).filteredOn(Once::first).hasSize(1);
        assertThat(redis.length(redis.flat())).isEqualTo(1);
    }

    @PulseTest
    @Attacks(value = P15, by = Fault.F06)
    void lostReplyIsAnsweredWithTheFirstId(TestRedis server) throws Exception {
        try (FaultProxy way = FaultProxy.to(server.uri());
                Pulse unlucky = Pulse.connect(way.uri())) {
            EventStream<String> handle = unlucky.stream(redis.name(), Codecs.string());
            handle.addOnce("before", WINDOW, EVENT);
            way.loseReplies(1);
            Once once = handle.addOnce("key", WINDOW, EVENT);
            // it was this call that added it, though it took two tries
            assertThat(once.first()).isTrue();
            assertThat(stream.addOnce("key", WINDOW, EVENT)).isEqualTo(new Once(once.id(), false));
            assertThat(redis.length(redis.flat())).isEqualTo(2);
        }
    }

    @PulseTest
    @Attacks(value = P15, by = Fault.F06)
    void lostReplyIsAnsweredWithTheFirstIdOnAStreamWithADeadline(TestRedis server) throws Exception {
        stream = withDeadline();
        stream.add("e", "x");
        try (FaultProxy way = FaultProxy.to(server.uri());
                Pulse unlucky = Pulse.connect(way.uri())) {
            EventStream<String> handle = unlucky.stream(redis.name(), Codecs.string());
            handle.addOnce("before", WINDOW, EVENT);
            way.loseReplies(1);
            Once once = handle.addOnce("key", WINDOW, EVENT);
            assertThat(stream.addOnce("key", WINDOW, EVENT)).isEqualTo(new Once(once.id(), false));
            assertThat(redis.length(redis.flat())).isEqualTo(3);
        }
    }

    @PulseTest
    void holdsThroughTrimmingRemovalAndAFlushOfScripts() throws InterruptedException {
        holdsThroughTrimmingAndRemoval(pulse.stream(redis.name(), Codecs.string(), Retention.maxLength(5)));
    }

    @PulseTest
    void holdsThroughTrimmingRemovalAndAFlushOfScriptsWithADeadline() throws InterruptedException {
        holdsThroughTrimmingAndRemoval(pulse.stream(
                redis.name(),
                Codecs.string(),
                Retention.maxLength(5).withDeadline(Instant.now().plusSeconds(3_600))));
    }

    private void holdsThroughTrimmingAndRemoval(EventStream<String> bounded) throws InterruptedException {
        EventId trimmed = bounded.addOnce("trimmed", WINDOW, EVENT).id();
        bounded.addAll(IntStream.range(0, 20)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList());
        EventId removed = bounded.addOnce("removed", WINDOW, EVENT).id();
        bounded.remove(List.of(removed));
        raw.call("SCRIPT", "FLUSH");
        assertThat(bounded.addOnce("trimmed", WINDOW, EVENT)).isEqualTo(new Once(trimmed, false));
        raw.call("SCRIPT", "FLUSH");
        assertThat(bounded.addOnce("removed", WINDOW, EVENT)).isEqualTo(new Once(removed, false));
        assertThat(bounded.snapshot()).extracting(Event::id).doesNotContain(trimmed, removed);
    }

    @PulseTest
    void holdsThoughTheEventsExpired() throws InterruptedException {
        EventStream<String> shortLived =
                pulse.stream(redis.name(), Codecs.string(), Retention.defaults().withTtl(Duration.ofMillis(20)));
        EventId first = shortLived.addOnce("key", WINDOW, EVENT).id();
        await().until(() -> redis.pttl(redis.flat()) == -2);
        assertThat(shortLived.addOnce("key", WINDOW, EVENT)).isEqualTo(new Once(first, false));
        assertThat(redis.pttl(redis.flat())).isEqualTo(-2);
    }

    @PulseTest
    @Attacks(value = P15, by = Fault.F04)
    void flushAllBeginsANewLife() throws InterruptedException {
        stream.addOnce("key", WINDOW, EVENT);
        raw.call("FLUSHALL");
        Once again = stream.addOnce("key", WINDOW, EVENT);
        assertThat(again.first()).isTrue();
        assertThat(redis.length(redis.flat())).isEqualTo(1);
        assertThat(redis.record()).containsEntry("generation", "1").containsEntry("state", "active");
    }

    @PulseTest
    void keyIsFreeAgainAfterItsWindow() throws InterruptedException {
        Instant since = Instant.now();
        Once first = stream.addOnce("key", Once.SHORTEST_WINDOW, EVENT);
        await().pollInterval(Duration.ofMillis(50))
                .until(() -> stream.addOnce("key", Once.SHORTEST_WINDOW, EVENT).first());
        assertThat(Duration.between(since, Instant.now())).isGreaterThan(Duration.ofMillis(900));
        assertThat(stream.snapshot()).hasSize(2).first().extracting(Event::id).isEqualTo(first.id());
        // and for another content
        await().pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(OnceConflictException.class)
                .until(() ->
                        stream.addOnce("key", WINDOW, NewEvent.of("other", "x")).first());
    }

    @PulseTest
    void whatIsPastIsPrunedAFewWithEachCall() throws InterruptedException {
        // none is over before the last is there
        Duration window = Duration.ofSeconds(4);
        for (int i = 0; i < 40; i++) {
            stream.addOnce("key-" + i, window, EVENT);
        }
        assertThat(redis.number("HLEN", redis.owned(1, "once"))).isEqualTo(40);
        await().until(() -> stream.addOnce("key-39", WINDOW, EVENT).first());
        for (int i = 0; i < 5; i++) {
            stream.addOnce("late-" + i, WINDOW, EVENT);
        }
        // the five and key-39, which was added again
        assertThat(redis.number("HLEN", redis.owned(1, "once"))).isEqualTo(6);
        assertThat(redis.number("ZCARD", redis.owned(1, "once:due"))).isEqualTo(6);
    }

    @PulseTest
    void twoKeysPerIncarnationHoldAllAndAreRegistered() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            stream.addOnce("key-" + i, WINDOW, EVENT);
        }
        assertThat(redis.keys())
                .containsExactlyInAnyOrder(
                        redis.flat(),
                        redis.lifecycle(),
                        redis.owned(1, "once"),
                        redis.owned(1, "once:due"),
                        redis.owned(1, "resources"));
        assertThat(raw.list("SMEMBERS", redis.owned(1, "resources")).stream().map(String::valueOf))
                .containsExactlyInAnyOrder(redis.owned(1, "once"), redis.owned(1, "once:due"));
    }

    @PulseTest
    void withADeadlineTheRecordIsThatOfGo() throws InterruptedException {
        stream = withDeadline();
        EventId id = stream.addOnce("key-1", WINDOW, EVENT).id();
        String key = redis.owned(1, "idempotency");
        assertThat(key)
                .isEqualTo(RawStream.golden("/add_once/key").textValue().replace(":once:", ":" + redis.name() + ":"));
        byte[] golden =
                HexFormat.of().parseHex(RawStream.golden("/add_once/value_hex").textValue());
        String goldenText = new String(golden, StandardCharsets.ISO_8859_1);
        String content = goldenText.substring(goldenText.indexOf('\0'));
        assertThat(value(key, RawStream.golden("/add_once/field").textValue())).isEqualTo(id + content);
        assertThat(redis.pttl(key)).isBetween(3_500_000L, 3_600_000L);
        assertThat(raw.list("SMEMBERS", redis.owned(1, "resources")).stream().map(String::valueOf))
                .containsExactly(key);
        assertThat(redis.keys()).doesNotContain(redis.owned(1, "once"));
    }

    private String value(String key, String field) {
        byte[] value = (byte[]) Objects.requireNonNull(raw.call(bytes("HGET"), bytes(key), bytes(field)));
        return new String(value, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @PulseTest
    void whatGoAddedOnceIsKnown() throws InterruptedException {
        stream = withDeadline();
        stream.add("e", "x");
        raw.call(
                bytes("HSET"),
                bytes(redis.owned(1, "idempotency")),
                bytes("key-1"),
                HexFormat.of().parseHex(RawStream.golden("/add_once/value_hex").textValue()));
        assertThat(stream.addOnce("key-1", WINDOW, EVENT))
                .isEqualTo(new Once(new EventId(1_795_384_648_471L, 0), false));
        assertThatThrownBy(() -> stream.addOnce("key-1", WINDOW, NewEvent.of("ev", "pay")))
                .isInstanceOf(OnceConflictException.class)
                .hasMessageContaining("1795384648471-0");
    }

    @PulseTest
    void contentOver1MiBIsRefusedWithADeadlineOnly() throws InterruptedException {
        NewEvent<String> large = NewEvent.of("ev", "x".repeat(1024 * 1024));
        Once first = stream.addOnce("key", WINDOW, large);
        assertThat(stream.addOnce("key", WINDOW, large)).isEqualTo(new Once(first.id(), false));
        stream.destroy();
        stream = withDeadline();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.addOnce("key", WINDOW, large))
                .withMessageContaining("1048576")
                .withMessageContaining("1048578");
        assertThat(redis.number("EXISTS", redis.physical(2))).isZero();
        assertThat(stream.addOnce("key", WINDOW, NewEvent.of("ev", "x".repeat(1024 * 1024 - 2)))
                        .first())
                .isTrue();
    }

    @PulseTest
    void recordOfAnUnknownFormIsRefused() throws InterruptedException {
        stream.addOnce("key", WINDOW, EVENT);
        raw.call("HSET", redis.owned(1, "once"), "key", "v=2|something");
        assertThatThrownBy(() -> stream.addOnce("key", WINDOW, EVENT))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("v=2|something");
        assertThat(redis.length(redis.flat())).isEqualTo(1);
    }

    @PulseTest
    void keysAndWindowsOutOfTheirRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.addOnce("", WINDOW, EVENT))
                .withMessageContaining("1 to 256 bytes, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.addOnce("ä".repeat(129), WINDOW, EVENT))
                .withMessageContaining("was 258");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.addOnce("key", Duration.ofMillis(999), EVENT))
                .withMessageContaining("PT1S to PT168H, was PT0.999S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.addOnce("key", Duration.ofDays(7).plusMillis(1), EVENT));
        assertThat(redis.keys()).isEmpty();
    }

    @PulseTest
    void anyBytesMakeAKey() throws InterruptedException {
        Set<String> odd = Set.of(" ", "\0", "=deadline", "ä".repeat(128), "a|b=c", "%d", "\r\n");
        for (String key : odd) {
            assertThat(stream.addOnce(key, WINDOW, EVENT).first()).isTrue();
        }
        for (String key : odd) {
            assertThat(stream.addOnce(key, WINDOW, EVENT).first()).isFalse();
        }
    }

    @PulseTest
    void eachIncarnationHasItsOwnKeys() throws InterruptedException {
        stream.addOnce("key", WINDOW, EVENT);
        stream.destroy();
        assertThatThrownBy(() -> stream.addOnce("key", WINDOW, EVENT)).isInstanceOf(StreamDestroyedException.class);
        EventStream<String> next = pulse.stream(redis.name(), Codecs.string());
        assertThat(next.addOnce("key", WINDOW, EVENT).first()).isTrue();
        assertThatThrownBy(() -> stream.addOnce("other", WINDOW, EVENT)).isInstanceOf(StreamDestroyedException.class);
        assertThat(redis.length(redis.physical(2))).isEqualTo(1);
    }

    private EventStream<String> withDeadline() {
        return pulse.stream(
                redis.name(),
                Codecs.string(),
                Retention.defaults().withDeadline(Instant.now().plusSeconds(3_600)));
    }
}
