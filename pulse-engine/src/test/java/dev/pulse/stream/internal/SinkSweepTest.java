package dev.pulse.stream.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Signals;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which consumers of a sink are swept away; the script alone, for upkeep waits a minute at least before it runs it. */
@RedisTest
class SinkSweepTest {
    private static final Script SWEEP = Script.loadRepeatable("/dev/pulse/stream/sink_sweep.lua");
    private static final Duration LONG = Duration.ofSeconds(30);

    @PulseTest
    void emptyStaleConsumersGoAndThoseWithPendingEventsOrASignOfLifeStay(TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Duration second = Duration.ofSeconds(1);
        Redis direct =
                Redis.open(new RedisOptions(RedisUri.parse(redis.uri()), "test", LONG, LONG), new Signals(event -> {}));
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            EventStream<String> stream = pulse.stream(prefix.name("orders"), Codecs.string());
            String flat = "pulse:stream:" + stream.name();
            try (Sink<String> sink = stream.sink("bill", SinkOptions.defaults())) {
                sink.poll(1, Duration.ZERO);
                stream.add("placed", "1");
                raw.list("XREADGROUP", "GROUP", "bill", "with-pending", "COUNT", "1", "STREAMS", flat, ">");
                for (String name : List.of("silent", "malformed", "alive", "alive-for-v16")) {
                    raw.call("XGROUP", "CREATECONSUMER", flat, "bill", name);
                }
                String owned = "map:stream:" + stream.name() + ":generation:1:";
                List<String> maps = List.of(
                        owned + "sink:bill:keepalive",
                        owned + "sinks",
                        "map:sink:bill:keepalive",
                        "map:stream:" + stream.name() + ":sinks");
                String alive = maps.get(0) + ":content";
                String now = raw.list("TIME").getFirst() + "000000000";
                raw.call("HSET", alive, "malformed", "yesterday", "never-read", "1", "with-pending", "1");
                raw.call("HSET", alive, "alive", "9" + now.substring(1));
                raw.call("HSET", maps.get(2) + ":content", "alive-for-v16", "9" + now.substring(1));
                List<String> keys = new ArrayList<>(List.of(flat));
                List<Object> arguments = new ArrayList<>(List.of("bill", sink.consumer(), second.toMillis()));
                maps.forEach(map -> {
                    keys.add(map + ":content");
                    arguments.add(map + ":updates");
                });

                List<String> removed = new ArrayList<>();
                await().atMost(LONG).until(() -> {
                    Replies.list(direct.eval(SWEEP, keys, arguments)).forEach(name -> removed.add(Replies.text(name)));
                    return removed.size() >= 3;
                });
                assertThat(removed).containsExactlyInAnyOrder("silent", "malformed", "never-read");
                assertThat(Replies.list(direct.eval(SWEEP, keys, arguments))).isEmpty();
                // whether one that read nothing yet is in the group depends on Redis
                assertThat(names(raw, flat).filter(name -> !name.equals(sink.consumer())))
                        .containsExactlyInAnyOrder("with-pending", "alive", "alive-for-v16");
                assertThat(raw.list("HKEYS", alive))
                        .map(String::valueOf)
                        .contains(sink.consumer(), "alive", "with-pending")
                        .doesNotContain("malformed", "never-read");
                assertThat((Long) raw.list("XPENDING", flat, "bill").getFirst()).isEqualTo(1);
            }
        } finally {
            direct.close(System.nanoTime() + second.toNanos());
        }
    }

    private static Stream<String> names(RespClient raw, String flat) {
        return raw.list("XINFO", "CONSUMERS", flat, "bill").stream()
                .map(consumer -> (String) ((List<?>) consumer).get(1));
    }
}
