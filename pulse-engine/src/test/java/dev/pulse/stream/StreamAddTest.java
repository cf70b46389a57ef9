package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pulse.Pulse;
import dev.pulse.StreamConfigException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.Names;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What an add leaves in Redis, byte for byte, and what it does about records of others. */
@RedisTest
class StreamAddTest {
    private static final String DEFAULTS = "v=2|max=100000|mode=none|value=0|sliding=false";

    private Pulse pulse;
    private RespClient raw;
    private String name;
    private String flat;
    private String lifecycle;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        raw = redis.client();
        name = prefix.name("users");
        flat = "pulse:stream:" + name;
        lifecycle = flat + ":lifecycle";
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void idsAscendAndOrderIsKept() throws InterruptedException {
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        List<EventId> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ids.add(stream.add("e", Integer.toString(i)));
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(ids()).isEqualTo(ids.stream().map(EventId::toString).toList());
    }

    @PulseTest
    void entryHasTheFieldsOfTheWireFormat() throws InterruptedException {
        pulse.stream(name, Codecs.string())
                .add(NewEvent.of("ev1", "p1").withTopic("t1").withHeader("trace", "größer"));
        assertThat(entry(0))
                .containsExactly(
                        "n",
                        "ev1",
                        "p",
                        "p1",
                        "t",
                        "t1",
                        "h:content-type",
                        "text/plain; charset=utf-8",
                        "h:trace",
                        "größer");
        pulse.stream(name).add("ev2", new byte[0]);
        assertThat(entry(1)).containsExactly("n", "ev2", "p", "");
    }

    @PulseTest
    void recordIsThatOfGoWithOurRetention() throws Exception {
        EventStream<byte[]> stream = pulse.stream(name, Codecs.bytes(), Retention.maxLength(1_000));
        stream.add("e", new byte[] {1});
        Map<String, String> golden = new TreeMap<>();
        try (InputStream in = Names.class.getResourceAsStream("golden.json")) {
            JsonNode all = new ObjectMapper().readTree(Objects.requireNonNull(in));
            all.at("/stream/lifecycle")
                    .properties()
                    .forEach(
                            field -> golden.put(field.getKey(), field.getValue().textValue()));
        }
        golden.put("physical_key", flat);
        assertThat(hash(lifecycle)).isEqualTo(golden);
    }

    @PulseTest
    void streamIsTrimmedToExactlyItsBound() throws InterruptedException {
        EventStream<String> stream = pulse.stream(name, Codecs.string(), Retention.maxLength(7));
        List<EventId> ids = stream.addAll(numbered(250));
        stream.add("e", "last");
        assertThat(raw.call("XLEN", flat)).isEqualTo(7L);
        assertThat(ids().subList(0, 6))
                .isEqualTo(ids.subList(244, 250).stream().map(EventId::toString).toList());
    }

    @PulseTest
    void unboundedStreamKeepsAll() throws InterruptedException {
        pulse.stream(name, Codecs.string(), Retention.unbounded()).addAll(numbered(300));
        assertThat(raw.call("XLEN", flat)).isEqualTo(300L);
        assertThat(hash(lifecycle)).containsEntry("retention_config", "v=2|max=0|mode=none|value=0|sliding=false");
    }

    @PulseTest
    void manyAreAddedInOrderOverTheBoundsOfBatches() throws InterruptedException {
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        List<NewEvent<String>> events = new ArrayList<>(numbered(1_234));
        events.add(1_000, NewEvent.of("large", "x".repeat(300 * 1024)));
        List<EventId> ids = stream.addAll(events);
        assertThat(ids).hasSize(1_235).isSorted().doesNotHaveDuplicates();
        assertThat(ids()).isEqualTo(ids.stream().map(EventId::toString).toList());
        assertThat(entry(999).get(3)).isEqualTo("999");
        assertThat(entry(1_000).get(1)).isEqualTo("large");
        assertThat(stream.addAll(List.of())).isEmpty();
    }

    @PulseTest
    void manyAtOnceTravelInOnePipeline() throws InterruptedException {
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        stream.add("e", "makes the stream");
        long before = readsOfRedis();
        assertThat(stream.addAll(numbered(1_000))).hasSize(1_000);
        // one by one there are as many as events
        assertThat(readsOfRedis() - before).isLessThan(100);
    }

    private long readsOfRedis() {
        return raw.text("INFO", "stats")
                .lines()
                .filter(line -> line.startsWith("total_reads_processed:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    @PulseTest
    void recordOfGoIsAdopted() throws InterruptedException {
        record("1", "active", flat, "v=2|max=3|mode=none|value=0|sliding=false");
        pulse.stream(name, Codecs.string()).addAll(numbered(10));
        assertThat(raw.call("XLEN", flat)).isEqualTo(3L);
        assertThat(hash(lifecycle)).containsEntry("retention_config", "v=2|max=3|mode=none|value=0|sliding=false");
    }

    @PulseTest
    void contradictingWishIsRefusedNamingBoth() throws InterruptedException {
        record("1", "active", flat, "v=2|max=3|mode=none|value=0|sliding=false");
        EventStream<String> stream = pulse.stream(name, Codecs.string(), Retention.maxLength(5));
        assertThatThrownBy(() -> stream.add("e", "x"))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("max=3")
                .hasMessageContaining("max=5");
        assertThatThrownBy(() -> stream.reader(ReaderOptions.defaults())).isInstanceOf(StreamConfigException.class);
        assertThatThrownBy(() -> stream.sink("k", SinkOptions.defaults())).isInstanceOf(StreamConfigException.class);
        assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
    }

    @PulseTest
    void unknownVersionOfTheRecordIsRefused() {
        record("1", "active", flat, "v=3|max=3");
        assertThatThrownBy(() -> pulse.stream(name).add("e", new byte[0]))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("v=3|max=3");
    }

    @PulseTest
    void laterIncarnationHasItsOwnKey() throws InterruptedException {
        record("2", "active", flat + ":generation:2", DEFAULTS);
        pulse.stream(name).add("e", new byte[0]);
        assertThat(raw.call("XLEN", flat + ":generation:2")).isEqualTo(1L);
        assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
    }

    @PulseTest
    void useAfterDestroyMakesTheNextIncarnation() throws InterruptedException {
        record("1", "destroyed", flat, DEFAULTS);
        raw.call("HSET", lifecycle, "ttl_owned", "1", "deadline_ms", "5");
        pulse.stream(name).add("e", new byte[0]);
        assertThat(hash(lifecycle))
                .isEqualTo(Map.of(
                        "generation",
                        "2",
                        "state",
                        "active",
                        "physical_key",
                        flat + ":generation:2",
                        "retention_config",
                        DEFAULTS));
    }

    @PulseTest
    void handleOfADestroyedIncarnationIsRefused() throws InterruptedException {
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        stream.add("e", "x");
        raw.call("HSET", lifecycle, "state", "destroyed");
        raw.call("DEL", flat);
        assertThatThrownBy(() -> stream.add("e", "y"))
                .isInstanceOf(StreamDestroyedException.class)
                .hasMessageContaining("incarnation 1");
        pulse.stream(name, Codecs.string()).add("e", "z");
        assertThatThrownBy(() -> stream.addAll(numbered(3))).isInstanceOf(StreamDestroyedException.class);
        assertThat(raw.call("XLEN", flat + ":generation:2")).isEqualTo(1L);
        assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
    }

    @PulseTest
    void lossOfStateIsNotDestroy() throws InterruptedException {
        EventStream<String> stream = pulse.stream(name, Codecs.string(), Retention.maxLength(9));
        stream.add("e", "x");
        raw.call("FLUSHALL");
        EventId id = stream.add("e", "y");
        assertThat(ids()).containsExactly(id.toString());
        assertThat(hash(lifecycle)).containsEntry("retention_config", "v=2|max=9|mode=none|value=0|sliding=false");
    }

    @PulseTest
    void laterIncarnationWhoseRecordVanishedIsOverForReadersToo() throws InterruptedException {
        record("2", "active", flat + ":generation:2", DEFAULTS);
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        stream.add("e", "x");
        raw.call("FLUSHALL");
        assertThatThrownBy(() -> stream.add("e", "y")).isInstanceOf(StreamDestroyedException.class);
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(() -> {
                            try (Reader<String> reader = stream.reader(ReaderOptions.defaults())) {
                                reader.poll(1, java.time.Duration.ZERO);
                            }
                        })
                        .isInstanceOf(StreamDestroyedException.class));
    }

    @PulseTest
    void flatStreamOfAnOlderGoIsAdoptedAndTrimmed() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            raw.call("XADD", flat, "*", "n", "old", "p", Integer.toString(i));
        }
        EventStream<String> stream = pulse.stream(name, Codecs.string(), Retention.maxLength(4));
        stream.add("new", "x");
        assertThat(raw.call("XLEN", flat)).isEqualTo(4L);
        try (Reader<String> reader =
                stream.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())) {
            assertThat(reader.poll(10, java.time.Duration.ZERO))
                    .extracting(Event::payload)
                    .containsExactly("7", "8", "9", "x");
        }
    }

    @PulseTest
    void nothingIsAddedAfterADeadline() throws InterruptedException {
        record("1", "active", flat, "v=2|max=10|mode=deadline|value=1700000000000|sliding=false");
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        assertThatThrownBy(() -> stream.add("e", "x"))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("2023-11-14T22:13:20Z");
        assertThatThrownBy(() -> stream.sink("k", SinkOptions.defaults()))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("2023-11-14T22:13:20Z");
        assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
    }

    @PulseTest
    void deadlineOfGoBecomesTheKeysEnd() throws InterruptedException {
        long deadline = System.currentTimeMillis() + 3_600_000;
        record("1", "active", flat, "v=2|max=10|mode=deadline|value=" + deadline + "|sliding=false");
        pulse.stream(name, Codecs.string()).add("e", "x");
        assertThat((Long) raw.call("PTTL", flat)).isBetween(3_500_000L, 3_600_000L);
    }

    @PulseTest
    void slidingTimeToLiveBeginsAnewWithEachAdd() throws InterruptedException {
        record("1", "active", flat, "v=2|max=10|mode=ttl|value=3600000|sliding=true");
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        stream.add("e", "x");
        assertThat((Long) raw.call("PTTL", flat)).isBetween(3_500_000L, 3_600_000L);
        raw.call("PEXPIRE", flat, "60000");
        stream.add("e", "y");
        assertThat((Long) raw.call("PTTL", flat)).isBetween(3_500_000L, 3_600_000L);
        raw.call("PEXPIRE", flat, "60000");
        stream.addAll(numbered(5));
        assertThat((Long) raw.call("PTTL", flat)).isBetween(3_500_000L, 3_600_000L);
        assertThat(raw.call("XLEN", flat)).isEqualTo(7L);
    }

    @PulseTest
    void absoluteTimeToLiveIsSetOnce() throws InterruptedException {
        record("1", "active", flat, "v=2|max=10|mode=ttl|value=3600000|sliding=false");
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        stream.add("e", "x");
        raw.call("PEXPIRE", flat, "60000");
        stream.add("e", "y");
        assertThat((Long) raw.call("PTTL", flat)).isBetween(1L, 60_000L);
    }

    @PulseTest
    void recordMadeAgainHasTheFieldsOfItsRetention() throws InterruptedException {
        record("1", "active", flat, "v=2|max=10|mode=ttl|value=3600000|sliding=true");
        raw.call("HSET", lifecycle, "ttl_owned", "1");
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        stream.add("e", "x");
        Map<String, String> before = hash(lifecycle);
        raw.call("FLUSHALL");
        stream.add("e", "y");
        assertThat(hash(lifecycle)).isEqualTo(before);
    }

    @PulseTest
    void payloadOf300KiBArrivesAndOneOver16MiBIsRefused() throws InterruptedException {
        EventStream<byte[]> stream = pulse.stream(name);
        byte[] large = new byte[300 * 1024];
        large[77] = 7;
        try (Reader<byte[]> reader = stream.reader(ReaderOptions.defaults())) {
            stream.add("large", large);
            assertThat(reader.poll(1, java.time.Duration.ofSeconds(30))
                            .getFirst()
                            .payload())
                    .isEqualTo(large);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.add("e", new byte[16 * 1024 * 1024 + 1]))
                .withMessageContaining("16777216")
                .withMessageContaining("16777217");
        assertThat(raw.call("XLEN", flat)).isEqualTo(1L);
    }

    @PulseTest
    void whatTheCodecCannotEncodeIsRefusedAndNothingAdded() {
        Codec<String> failing = new Codec<>() {
            @Override
            @SuppressWarnings("NullAway") // a codec that breaks the rules
            public byte[] encode(String payload) throws IOException {
                if (payload.equals("null")) {
                    return null;
                }
                throw new IOException("no " + payload);
            }

            @Override
            public String decode(byte[] bytes) {
                return "";
            }
        };
        EventStream<String> stream = pulse.stream(name, failing);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.add("e", "way"))
                .withMessageContaining("no way")
                .withCauseInstanceOf(IOException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> stream.add("e", "null"));
        assertThatIllegalArgumentException().isThrownBy(() -> stream.addAll(numbered(2)));
        assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
    }

    @PulseTest
    void interruptedAddAddsNothing() {
        EventStream<String> stream = pulse.stream(name, Codecs.string());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> stream.add("e", "x")).isInstanceOf(InterruptedException.class);
        assertThat(raw.call("EXISTS", flat)).isEqualTo(0L);
    }

    private void record(String generation, String state, String physical, String retention) {
        raw.call(
                "HSET",
                lifecycle,
                "generation",
                generation,
                "state",
                state,
                "physical_key",
                physical,
                "retention_config",
                retention);
    }

    private Map<String, String> hash(String key) {
        Map<String, String> fields = new TreeMap<>();
        List<?> reply = raw.list("HGETALL", key);
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        return fields;
    }

    private List<String> ids() {
        return raw.list("XRANGE", flat, "-", "+").stream()
                .map(entry -> (String) ((List<?>) entry).getFirst())
                .toList();
    }

    @SuppressWarnings("unchecked")
    private List<String> entry(int index) {
        return (List<String>) ((List<?>) raw.list("XRANGE", flat, "-", "+").get(index)).get(1);
    }

    private static List<NewEvent<String>> numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList();
    }
}
