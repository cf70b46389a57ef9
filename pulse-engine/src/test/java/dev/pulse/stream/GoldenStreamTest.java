package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pulse.Pulse;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the engine leaves in Redis for a stream and a sink is what Go's v1.10.2 left there. Records, incarnations and
 * what is added once have tests of their own that read the same values.
 */
@RedisTest
class GoldenStreamTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Pulse pulse;
    private String uri;
    private RespClient raw;
    private EventStream<String> stream;
    private RawStream keys;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        uri = redis.uri();
        pulse = Pulse.connect(uri);
        raw = redis.client();
        stream = pulse.stream(prefix.name("s"), Codecs.string());
        keys = new RawStream(raw, stream.name());
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void entryHasTheFieldsOfGoInItsOrder() throws InterruptedException {
        // bytes, for a codec with a content type adds a header
        pulse.stream(stream.name())
                .add(NewEvent.of("ev1", new byte[] {'p', '1'}).withTopic("t1"));
        List<String> golden = new ArrayList<>();
        RawStream.golden("/entry_fields_in_order")
                .forEach(field -> field.forEach(part -> golden.add(part.textValue())));
        List<?> entry = (List<?>) raw.list("XRANGE", keys.flat(), "-", "+").getFirst();
        assertThat(entry.get(1)).isEqualTo(golden);
    }

    @PulseTest
    void consumerIsKnownWhereGoLooksForIt() throws InterruptedException {
        try (Sink<String> sink = stream.sink("k", SinkOptions.defaults());
                RespClient listener = raw("SUBSCRIBE", key("keepalive_channel"))) {
            assertThat(golden("/sink/keepalive_entry/1").textValue()).contains("Redis TIME in ns");
            long seconds = Long.parseLong(
                    (String) Objects.requireNonNull(raw.list("TIME").getFirst()));
            String nanos = raw.text("HGET", key("keepalive_content"), sink.consumer());
            assertThat(Long.parseLong(nanos) / 1_000_000_000).isBetween(seconds - 60, seconds);
            JsonNode member = golden("/sink/membership_entry");
            assertThat(raw.text("HGET", key("membership_content"), member.get(0).textValue()))
                    .isEqualTo(member.get(1).textValue().replace("<consumer ULID>", sink.consumer()));
            assertThat(sink.consumer()).hasSize(26);

            sink.consume(event -> {});
            EventId last = stream.add("e", "x");
            assertThat(golden("/sink/recovery_entry/1").textValue()).contains("nothing pending at or before");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(raw.call("HGET", key("recovery_key"), "k"))
                            .isEqualTo(last.toString()));
            sink.close(Duration.ZERO);
            // it leaves by the same channel
            assertThat((List<?>) listener.read()).element(2).asString().contains(sink.consumer());
        }
    }

    @PulseTest
    void configOfGoIsAdoptedAndLeftAsItIs() throws InterruptedException {
        Map<String, String> config = new TreeMap<>();
        golden("/sink/config")
                .properties()
                .forEach(field -> config.put(field.getKey(), field.getValue().textValue()));
        config.forEach((field, value) -> raw.call("HSET", key("config_key"), field, value));
        EventId id = stream.add("e", "x");
        Duration hour = Duration.ofHours(1);
        try (Sink<String> sink = stream.sink(
                "k",
                SinkOptions.builder()
                        .startAt(StartAt.newest())
                        .ackDeadline(hour)
                        .maxProcessing(hour)
                        .build())) {
            raw.call("XGROUP", "CREATECONSUMER", keys.flat(), "k", "gone");
            raw.call("XGROUP", "SETID", keys.flat(), "k", "0");
            raw.list("XREADGROUP", "GROUP", "k", "gone", "STREAMS", keys.flat(), ">");
            // by its grace of 2 s, not by the hour that was wished for
            assertThat(sink.poll(1, LONG))
                    .singleElement()
                    .satisfies(delivery -> assertThat(delivery.event().id()).isEqualTo(id));
        }
        assertThat(keys.hash(key("config_key"))).isEqualTo(config);
    }

    @PulseTest
    void whatGoRegisteredGoesWithTheIncarnation() throws InterruptedException {
        stream.add("e", "x");
        List<String> resources = new ArrayList<>();
        golden("/sink/resources").forEach(resource -> resources.add(named(resource.textValue())));
        assertThat(resources).contains(key("config_key"), key("keepalive_content"), key("lease_key"));
        for (String resource : resources) {
            raw.call("HSET", resource, "owner", "go");
            raw.call("SADD", key("resources_key"), resource);
        }
        List<String> lease = new ArrayList<>();
        golden("/sink/lease_fields").forEach(field -> lease.add(field.textValue()));
        assertThat(lease).first().isEqualTo("owner");
        stream.destroy();
        assertThat(keys.keys()).containsExactly(named(golden("/lifecycle_key").textValue()));
    }

    private static JsonNode golden(String pointer) {
        return RawStream.golden(pointer);
    }

    /** The key under this name in the sink's part, with our stream's name in place of Go's. */
    private String key(String name) {
        return named(golden("/sink/" + name).textValue());
    }

    private String named(String ofGo) {
        return ofGo.replace("stream:s:", "stream:" + stream.name() + ":");
    }

    private RespClient raw(String... command) {
        RespClient client = RespClient.connect(uri);
        client.send(command);
        client.read();
        return client;
    }
}
