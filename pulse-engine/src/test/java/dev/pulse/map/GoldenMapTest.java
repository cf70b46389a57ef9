package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pulse.MapValueException;
import dev.pulse.Pulse;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.Golden;
import dev.pulse.wire.MapMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each operation publishes what Go's v1.10.2 published for it, byte for byte, and a replica reads what Go published. */
@RedisTest(shared = true)
class GoldenMapTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Pulse pulse;
    private RespClient raw;
    private RespClient subscriber;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        raw = redis.client();
        subscriber = redis.client();
        name = prefix.name("golden");
    }

    @AfterEach
    void close() {
        subscriber.close();
        raw.close();
        pulse.close();
    }

    @PulseTest
    void everyOperationPublishesWhatGoPublished() throws InterruptedException {
        subscriber.call("SUBSCRIBE", channel());
        try (ReplicatedMap<byte[]> map = pulse.map(name, Codecs.bytes())) {
            for (JsonNode golden : Golden.list("/rmap")) {
                String message = golden.get("message_hex").textValue();
                run(map, golden);
                if (!message.isEmpty()) {
                    assertThat(published()).as(golden.toString()).isEqualTo(message);
                }
                assertThat(raw.text("HGET", content(), "=rev"))
                        .as(golden.toString())
                        .isEqualTo(golden.get("rev").asText());
            }
        }
        Map<String, String> last = new TreeMap<>();
        Golden.ALL
                .get("final_hash")
                .fields()
                .forEachRemaining(
                        field -> last.put(field.getKey(), field.getValue().textValue()));
        assertThat(hash()).isEqualTo(last);
    }

    private void run(ReplicatedMap<byte[]> map, JsonNode golden) throws InterruptedException {
        String key = golden.path("key").asText();
        String arg = golden.path("arg").asText();
        List<String> items = List.of(arg.split("\\|", -1));
        String[] pair = arg.split("->");
        switch (golden.get("op").textValue()) {
            case "set" -> map.set(key, value(golden));
            case "set_if_not_exists" ->
                assertThat(map.setIfAbsent(key, bytes(arg))).isTrue();
            case "set_if_not_exists(existing)" ->
                assertThat(map.setIfAbsent(key, bytes(arg))).isFalse();
            case "test_and_set" ->
                assertThat(map.testAndSet(key, bytes(pair[0]), bytes(pair[1]))).isTrue();
            case "test_and_set(mismatch)" ->
                assertThat(map.testAndSet(key, bytes(pair[0]), bytes(pair[1]))).isFalse();
            case "inc" -> map.inc(key, Long.parseLong(arg));
            case "inc(not an integer)" ->
                assertThatThrownBy(() -> map.inc(key, 1)).isInstanceOf(MapValueException.class);
            case "append" -> append(map, golden, key, items);
            case "append_unique" ->
                assertThat(map.lists().appendUnique(key, items).changed()).isTrue();
            case "append_unique(nothing new)" ->
                assertThat(map.lists().appendUnique(key, items).changed()).isFalse();
            case "remove", "remove(last item)" ->
                assertThat(map.lists().remove(key, items).changed()).isTrue();
            case "remove(nothing)" ->
                assertThat(map.lists().remove(key, items).changed()).isFalse();
            case "del" -> assertThat(map.delete(key)).isPresent();
            case "del(absent)" -> assertThat(map.delete(key)).isEmpty();
            case "test_and_delete" ->
                assertThat(map.testAndDelete(key, bytes(arg))).isTrue();
            case "test_and_reset" ->
                assertThat(map.testAndReset(Map.of(key, bytes(arg)))).isTrue();
            case "reset", "reset(empty map)" -> map.reset();
            case "destroy" -> map.destroy();
            default -> throw new IllegalArgumentException(golden.toString());
        }
    }

    /** Go makes nonsense of an object; ours refuses it, and only the nonsense itself can be set. */
    private void append(ReplicatedMap<byte[]> map, JsonNode golden, String key, List<String> items)
            throws InterruptedException {
        if (key.equals("obj")) {
            assertThatThrownBy(() -> map.lists().append(key, items)).isInstanceOf(MapValueException.class);
            map.set(key, value(golden));
        } else {
            map.lists().append(key, items);
        }
    }

    @PulseTest
    void whatGoPublishedIsReadWithEachStepInItsOrder() throws InterruptedException {
        try (ReplicatedMap<byte[]> map = pulse.map(name, Codecs.bytes())) {
            Map<String, String> expected = new TreeMap<>();
            for (JsonNode golden : Golden.list("/rmap")) {
                String hex = golden.get("message_hex").textValue();
                if (hex.isEmpty()) {
                    continue;
                }
                byte[] message = HexFormat.of().parseHex(hex);
                byte[] content = bytes(content());
                // as Go does: the change, then its message
                switch (MapMessage.parse(message)) {
                    case MapMessage.Set set -> {
                        raw.call(bytes("HSET"), content, set.key(), set.value());
                        expected.put(utf8(set.key()), text(set.value()));
                    }
                    case MapMessage.Delete delete -> {
                        raw.call(bytes("HDEL"), content, delete.key());
                        expected.remove(utf8(delete.key()));
                    }
                    case MapMessage.Reset reset -> clear(expected);
                    case MapMessage.Destroy destroy -> clear(expected);
                }
                raw.call("HSET", content(), "=rev", golden.get("rev").asText());
                raw.call(bytes("PUBLISH"), bytes(channel()), message);
                long revision = golden.get("rev").longValue();
                await().atMost(LONG).until(() -> map.revision() == revision);
                Map<String, String> shown = new TreeMap<>();
                map.snapshot().forEach((key, value) -> shown.put(key, text(value)));
                assertThat(shown).as(golden.toString()).isEqualTo(expected);
            }
        }
    }

    private void clear(Map<String, String> expected) {
        raw.call("DEL", content());
        expected.clear();
    }

    private static byte[] value(JsonNode golden) {
        byte[] message = HexFormat.of().parseHex(golden.get("message_hex").textValue());
        return ((MapMessage.Set) MapMessage.parse(message)).value();
    }

    private String published() {
        // its own bytes: message, channel, payload
        List<?> push = (List<?>) Objects.requireNonNull(subscriber.readBinary());
        return HexFormat.of().formatHex((byte[]) push.get(2));
    }

    private Map<String, String> hash() {
        Map<String, String> fields = new TreeMap<>();
        List<?> reply = raw.list("HGETALL", content());
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        return fields;
    }

    private String content() {
        return "map:" + name + ":content";
    }

    private String channel() {
        return "map:" + name + ":updates";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** For values, which may be any bytes. */
    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
