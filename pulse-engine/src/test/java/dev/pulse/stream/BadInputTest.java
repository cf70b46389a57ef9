package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.RedisReplyException;
import dev.pulse.StreamConfigException;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What others leave in Redis that is none of ours, and content of every kind: a dead letter with its cause, or a clear refusal. */
@RedisTest
@Attacks(
        value = {P1, P11},
        by = Fault.F15)
class BadInputTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MEBIBYTE = 1024 * 1024;
    private static final byte[] NO_UTF8 = {'a', (byte) 0xff, 'b'};
    private static final List<String> ODD =
            List.of(":", "=", "a:b=c", "nul\0", "🎉 grüße", "\uFFFD", "-", "n", "$", "0-0");

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private final Queue<String> read = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private RawStream keys;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
        raw = redis.client();
        stream = pulse.stream(prefix.name("orders"), Codecs.string());
        keys = new RawStream(raw, stream.name());
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void malformedEntriesAreDeadLettersWithTheirCauseAndReadersPassThemOver() throws InterruptedException {
        stream.add("first", "1");
        Map<String, Object[]> malformed = new LinkedHashMap<>();
        malformed.put("the entry has no field n, the event's name", new Object[] {"p", "nameless"});
        malformed.put("the entry has no field p, the event's payload", new Object[] {"n", "e", "t", "eu"});
        malformed.put("the event's name is not UTF-8", new Object[] {"n", NO_UTF8, "p", "x"});
        malformed.put("the event's topic is not UTF-8", new Object[] {"n", "e", "p", "x", "t", NO_UTF8});
        malformed.put("the name of a header is not UTF-8", new Object[] {
            "n", "e", "p", "x", new byte[] {'h', ':', (byte) 0xff}, "v"
        });
        malformed.put("a header is not UTF-8", new Object[] {"n", "e", "p", "x", "h:trace", NO_UTF8});
        malformed.put("the codec cannot read the payload", new Object[] {"n", "e", "p", NO_UTF8});
        malformed.values().forEach(this::write);
        write("n", "", "p", "empty name");
        write("", "", "", "");
        write("n", "odd but whole", "p", "2", "t", "", "h:", "no header", "x", NO_UTF8);
        stream.add("last", "3");

        try (Sink<String> sink = stream.sink("bill", SinkOptions.defaults());
                Reader<String> reader = stream.reader(oldest())) {
            sink.consume(event -> handled.add(event.payload()));
            await().untilAsserted(() -> assertThat(handled).containsExactly("1", "2", "3"));
            List<Event<String>> events = reader.poll(100, Duration.ZERO);
            assertThat(events).extracting(Event::payload).containsExactly("1", "2", "3");
            assertThat(events.get(1).topic())
                    .as("an empty topic is none, as for Go")
                    .isEmpty();
            assertThat(events.get(1).headers()).isEmpty();
            assertThat(stream.snapshot()).isEqualTo(events);
            int bad = malformed.size() + 2;
            await().untilAsserted(() -> assertThat(stream.deadLetters().count()).isEqualTo(bad));
            await().untilAsserted(() -> assertThat(sink.figures().pending()).hasValue(0));
            List<DeadLetter<String>> letters = stream.deadLetters().list(100);
            assertThat(letters).allMatch(letter -> letter.event().isEmpty());
            List<String> causes = new ArrayList<>(malformed.keySet());
            for (int i = 0; i < causes.size(); i++) {
                assertThat(letters.get(i).cause()).startsWith(causes.get(i));
            }
            await().untilAsserted(() -> assertThat(told)
                    .filteredOn(PulseEvent.EntryDropped.class::isInstance)
                    .as("once by the reader, once by the snapshot")
                    .hasSize(2 * bad));
            assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);
        }
        assertThat(bytesOfFirst(keys.flat() + ":dead", "n", letterOf("the event's name is not UTF-8")))
                .as("kept as it was")
                .isEqualTo(List.of(97L, 255L, 98L));
    }

    @PulseTest
    void deadLetterStreamOfOthersMakingIsListedAsFarAsItGoes() throws InterruptedException {
        pulse.stream(stream.name() + ":dead").add("by hand", new byte[] {1});
        raw.call("XADD", keys.flat() + ":dead", "*", "h:dead-letter-id", "x", "h:dead-letter-deliveries", "many");
        List<DeadLetter<String>> letters = stream.deadLetters().list(10);
        assertThat(letters).hasSize(2);
        assertThat(letters).allSatisfy(letter -> {
            assertThat(letter.sink()).isEmpty();
            assertThat(letter.originalId()).isEqualTo(EventId.ZERO);
            assertThat(stream.deadLetters().replay(letter.id())).isEqualTo(DeadLetters.Replay.EVENT_GONE);
        });
        assertThat(stream.deadLetters().count()).isEqualTo(2);
    }

    @PulseTest
    void payloadsFromNothingTo64MiBArriveWhereTheBoundIsRaised(TestRedis redis) throws InterruptedException {
        EventStream<byte[]> bytes = pulse.stream(stream.name());
        byte[] large = new byte[64 * MEBIBYTE];
        Arrays.fill(large, (byte) 7);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bytes.add("large", large))
                .withMessage("payload of an event has at most 16777216 bytes, that of \"large\" has 67108864");
        try (Pulse roomy = Pulse.builder()
                        .uri(redis.uri())
                        .maxPayloadBytes(64 * MEBIBYTE)
                        .connect();
                Sink<byte[]> sink = bytes.sink("bill", SinkOptions.defaults());
                Reader<byte[]> reader = bytes.reader(oldest())) {
            EventStream<byte[]> there = roomy.stream(stream.name());
            there.add("empty", new byte[0]);
            there.add("large", large);
            byte[] medium = new byte[17 * MEBIBYTE];
            assertThat(there.addOnce("key", Once.DEFAULT_WINDOW, NewEvent.of("medium", medium))
                            .first())
                    .isTrue();
            assertThatIllegalArgumentException().isThrownBy(() -> there.add("larger", new byte[64 * MEBIBYTE + 1]));
            for (byte[] expected : List.of(new byte[0], large, medium)) {
                assertThat(Arrays.equals(reader.poll(1, LONG).getFirst().payload(), expected))
                        .isTrue();
                Delivery<byte[]> delivery = sink.poll(1, LONG).getFirst();
                assertThat(Arrays.equals(delivery.event().payload(), expected)).isTrue();
                delivery.ack();
            }
        } finally {
            // the next run needs the memory
            raw.call("FLUSHALL");
        }
    }

    @PulseTest
    void headersAreBoundedAndTheBoundCanBeRaised(TestRedis redis) throws InterruptedException {
        NewEvent<String> event = NewEvent.of("e", "x").withHeader("h", "v".repeat(64 * 1024));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.add(event))
                .withMessage("headers of an event have at most 65536 bytes together, those of \"e\" have 65537");
        assertThat(keys.keys()).as("nothing was added, and no stream made").isEmpty();
        stream.add(NewEvent.of("e", "x").withHeader("h", "v".repeat(64 * 1024 - 1)));
        try (Pulse roomy =
                Pulse.builder().uri(redis.uri()).maxHeaderBytes(65_537).connect()) {
            roomy.stream(stream.name(), Codecs.string()).add(event);
        }
        assertThat(stream.snapshot())
                .extracting(each -> each.headers().getOrDefault("h", "").length())
                .containsExactly(65_535, 65_536);
    }

    @PulseTest
    void eventWithAsManyHeadersAsThereCanBeGoesEveryWay() throws InterruptedException {
        NewEvent<String> event = NewEvent.of("e", "x");
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < 1_000; i++) {
            headers.put("h" + i, "");
        }
        NewEvent<String> full = new NewEvent<>("e", event.topic(), "x", headers);
        stream.add(full);
        stream.addOnce("key", Once.DEFAULT_WINDOW, full);
        try (Sink<String> sink = stream.sink("bill", SinkOptions.defaults())) {
            Delivery<String> delivery = sink.poll(1, LONG).getFirst();
            assertThat(delivery.event().headers()).hasSize(1_001);
            delivery.deadLetter("too many headers");
            await().until(() -> stream.deadLetters().count() == 1);
            assertThat(stream.deadLetters()
                            .replayAsNew(stream.deadLetters().list(1).getFirst().id()))
                    .isPresent();
        }
        headers.put("one more", "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NewEvent<>("e", event.topic(), "x", headers))
                .withMessage("an event has at most 1000 headers, had 1001");
    }

    @PulseTest
    void oddTextIsTakenAsItIs() throws InterruptedException {
        for (String odd : ODD) {
            stream.add(NewEvent.of(odd, odd).withTopic(odd).withHeader(odd, odd));
            assertThat(stream.addOnce(odd, Once.DEFAULT_WINDOW, NewEvent.of(odd, odd))
                            .first())
                    .isTrue();
            assertThat(stream.addOnce(odd, Once.DEFAULT_WINDOW, NewEvent.of(odd, odd))
                            .first())
                    .isFalse();
        }
        List<Event<String>> events = stream.snapshot();
        assertThat(events).hasSize(2 * ODD.size());
        for (int i = 0; i < ODD.size(); i++) {
            String odd = ODD.get(i);
            Event<String> event = events.get(2 * i);
            assertThat(List.of(
                            event.name(),
                            event.payload(),
                            event.topic().orElseThrow(),
                            event.headers().get(odd)))
                    .containsOnly(odd);
        }
        for (String odd : ODD) {
            if (!odd.contains("=")) {
                try (Sink<String> sink = stream.sink(odd, SinkOptions.defaults())) {
                    assertThat(sink.poll(1, LONG)).hasSize(1);
                }
            }
        }
        EventStream<String> named = pulse.stream(stream.name() + ":=🎉$-", Codecs.string());
        named.add("e", "x");
        assertThat(named.snapshot()).hasSize(1);
    }

    @PulseTest
    void halfASurrogatePairIsRefusedWhereverTextGoesToRedis() throws InterruptedException {
        String half = "a\ud83c";
        refused("event name", () -> NewEvent.of(half, "x"));
        refused("topic", () -> NewEvent.of("e", "x").withTopic("\udf89"));
        refused("header name", () -> NewEvent.of("e", "x").withHeader(half, "v"));
        refused("header \"h\"", () -> NewEvent.of("e", "x").withHeader("h", "\ud83c\ud83c\udf89"));
        refused("stream name", () -> pulse.stream(half));
        refused("sink name", () -> stream.sink(half, SinkOptions.defaults()));
        refused("key", () -> stream.addOnce(half, Once.DEFAULT_WINDOW, NewEvent.of("e", "x")));
        refused("payload of event \"e\" cannot be encoded: text", () -> stream.add("e", half));
        assertThat(stream.snapshot()).isEmpty();
    }

    private static void refused(String what, ThrowingCallable call) {
        assertThatIllegalArgumentException()
                .isThrownBy(call)
                .withMessageStartingWith(what + " is text that UTF-8 can say, was \"")
                .withMessageContaining("half a surrogate pair at index ");
    }

    @PulseTest
    void keysOfAnotherTypeAreRefusedAndNamedAndLeftAsTheyAre() throws InterruptedException {
        raw.call("SET", keys.lifecycle(), "no hash");
        for (ThrowingCallable call : uses()) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            RedisReplyException.class, e -> assertThat(e.code()).isEqualTo("WRONGTYPE"));
        }
        assertThat(raw.text("GET", keys.lifecycle())).isEqualTo("no hash");

        raw.call("DEL", keys.lifecycle());
        raw.call("RPUSH", keys.flat(), "no stream");
        assertThatThrownBy(() -> stream.add("e", "x")).isInstanceOf(RedisReplyException.class);
        assertThatThrownBy(() -> stream.snapshot()).isInstanceOf(RedisReplyException.class);
        assertThatThrownBy(() -> stream.sink("bill", SinkOptions.defaults())).isInstanceOf(RedisReplyException.class);
        assertThat(raw.list("LRANGE", keys.flat(), "0", "-1")).hasSize(1);

        raw.call("DEL", keys.flat());
        stream.add("e", "x");
        assertThat(stream.snapshot()).hasSize(1);
    }

    @PulseTest
    void recordsOfAnUnknownFormAreRefusedByEveryCall() {
        for (String retention : List.of("v=3|max=9|mode=none|value=0|sliding=false", "garbage", "")) {
            keys.write(1, "active", retention);
            for (ThrowingCallable call : uses()) {
                assertThatThrownBy(call)
                        .isInstanceOf(StreamConfigException.class)
                        .hasMessageContaining("\"" + retention + "\"");
            }
            assertThat(keys.retentionConfig()).isEqualTo(retention);
        }
        for (String generation : List.of("", "one", "0", "-1", "1.5", "99999999999999999999")) {
            raw.call("HSET", keys.lifecycle(), "generation", generation);
            for (ThrowingCallable call : uses()) {
                assertThatThrownBy(call)
                        .isInstanceOf(StreamConfigException.class)
                        .hasMessage(keys.lifecycle() + " is malformed: its generation is no number from 1 on");
            }
            assertThat(keys.record()).containsEntry("generation", generation);
        }
    }

    /** Everything that looks at the record first, each with a handle that knows nothing. */
    private List<ThrowingCallable> uses() {
        NewEvent<String> event = NewEvent.of("e", "x");
        return List.of(
                () -> fresh().add(event),
                () -> fresh().addIfExists(event),
                () -> fresh().addOnce("key", Once.DEFAULT_WINDOW, event),
                () -> fresh().addAll(List.of(event)),
                () -> fresh().snapshot(),
                () -> fresh().remove(List.of(EventId.ZERO)),
                () -> fresh().figures(),
                () -> fresh().changeRetention(Retention.unbounded()),
                () -> fresh().reader(ReaderOptions.defaults()),
                () -> fresh().sink("bill", SinkOptions.defaults()));
    }

    private EventStream<String> fresh() {
        return pulse.stream(stream.name(), Codecs.string());
    }

    @PulseTest
    void loopsOutliveGarbageInTheirKeysAndSayItMeanwhile() throws InterruptedException {
        SinkOptions often = SinkOptions.builder()
                .ackDeadline(Duration.ofMillis(200))
                .blockTime(Duration.ofMillis(50))
                .build();
        ReaderOptions quick =
                ReaderOptions.builder().blockTime(Duration.ofMillis(50)).build();
        try (Sink<String> sink = stream.sink("bill", often);
                Reader<String> reader = stream.reader(quick)) {
            sink.consume(event -> handled.add(event.payload()));
            reader.consume(event -> read.add(event.payload()));
            stream.add("e", "0");
            awaitBoth("0");
            String good = "v=2|max=100000|mode=none|value=0|sliding=false";
            assertThat(keys.retentionConfig()).isEqualTo(good);

            raw.call("HSET", keys.lifecycle(), "retention_config", "v=3");
            awaitTrouble();
            raw.call("HSET", keys.lifecycle(), "retention_config", good);
            awaitUp();
            stream.add("e", "1");
            awaitBoth("0", "1");

            raw.call("HSET", keys.lifecycle(), "generation", "?");
            awaitTrouble();
            raw.call("HSET", keys.lifecycle(), "generation", "1");
            awaitUp();
            stream.add("e", "2");
            awaitBoth("0", "1", "2");

            raw.call("DEL", keys.flat());
            raw.call("SET", keys.flat(), "no stream");
            awaitTrouble();
            raw.call("DEL", keys.flat());
            awaitUp();
            stream.add("e", "3");
            awaitBoth("0", "1", "2", "3");
        }
    }

    @PulseTest
    void garbageBesideTheStreamStopsNoSink() throws InterruptedException {
        SinkOptions often = SinkOptions.builder()
                .ackDeadline(Duration.ofMillis(200))
                .blockTime(Duration.ofMillis(50))
                .build();
        String keepAlive = "map:stream:" + stream.name() + ":generation:1:sink:bill:keepalive:content";
        String members = "map:stream:" + stream.name() + ":generation:1:sinks:content";
        try (Sink<String> sink = stream.sink("bill", often)) {
            sink.consume(event -> handled.add(event.payload()));
            raw.call("HSET", keepAlive, "stranger", "yesterday", "", "", "=rev", "not a number");
            raw.call("HSET", members, "bill", "no list", "other", "{}", "=rev", "-");
            raw.call("HSET", keys.physical(1) + ":sink-recovery:1", "bill", "no id", "other", "");
            raw.call("HSET", keys.owned(1, "sink:bill:config"), "ack_grace_ms", "soon", "start_id", "?");
            stream.add("e", "0");
            await().untilAsserted(() -> assertThat(handled).containsExactly("0"));
            raw.call("XGROUP", "DESTROY", keys.flat(), "bill");
            stream.add("e", "1");
            awaitTrouble();
            raw.call("DEL", keepAlive, members, keys.physical(1) + ":sink-recovery:1");
            raw.call("DEL", keys.owned(1, "sink:bill:config"));
            await().untilAsserted(() -> assertThat(handled).contains("1"));
            awaitUp();
        }
    }

    @PulseTest
    void configOfASinkWithoutANumberIsRefusedNamingIt() {
        raw.call("HSET", keys.owned(1, "sink:bill:config"), "ack_grace_ms", "soon");
        assertThatThrownBy(() -> stream.sink("bill", SinkOptions.defaults()))
                .isInstanceOf(StreamConfigException.class)
                .hasMessage("sink \"bill\" of stream \"" + stream.name()
                        + "\" was made with an ack_grace_ms that is no number, \"soon\"");
    }

    private void awaitTrouble() {
        await().atMost(LONG).until(() -> pulse.health().status() != Health.Status.UP);
    }

    private void awaitUp() {
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
    }

    private void awaitBoth(String... payloads) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(handled).containsExactly(payloads);
            assertThat(read).containsExactly(payloads);
        });
    }

    private static ReaderOptions oldest() {
        return ReaderOptions.builder().startAt(StartAt.oldest()).build();
    }

    private void write(Object... fields) {
        List<byte[]> command = new ArrayList<>();
        for (String word : List.of("XADD", keys.flat(), "*")) {
            command.add(word.getBytes(StandardCharsets.UTF_8));
        }
        for (Object field : fields) {
            command.add(field instanceof byte[] bytes ? bytes : field.toString().getBytes(StandardCharsets.UTF_8));
        }
        raw.call(command.toArray(byte[][]::new));
    }

    private EventId letterOf(String cause) throws InterruptedException {
        return stream.deadLetters().list(100).stream()
                .filter(letter -> letter.cause().startsWith(cause))
                .findFirst()
                .orElseThrow()
                .id();
    }

    /** The bytes of a field of one entry. */
    private Object bytesOfFirst(String key, String field, EventId id) {
        String script = "local f = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1][2]\n"
                + "for i = 1, #f, 2 do if f[i] == ARGV[2] then return {string.byte(f[i + 1], 1, -1)} end end";
        return raw.list("EVAL", script, "1", key, id.toString(), field);
    }
}
