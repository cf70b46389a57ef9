package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Sinks with nothing to do cost next to nothing: they look when something comes due, not each second. */
@RedisTest
class SinkIdleTest {
    private static final int SINKS = 40;
    private static final Duration WATCHED = Duration.ofSeconds(3);
    private static final Pattern CALLS = Pattern.compile("cmdstat_(?:xreadgroup|eval|evalsha):calls=(\\d+)");

    @PulseTest
    void idleSinksAskRedisLessThanOnceASecond(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            EventStream<String> stream = pulse.stream(prefix.name("orders"), Codecs.string());
            for (int i = 0; i < SINKS; i++) {
                stream.sink("sink-" + i, SinkOptions.defaults()).consume(event -> {});
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> raw.text("INFO", "clients").contains("blocked_clients:" + SINKS));
            long begin = millis(raw);
            // what they do once, at their beginning, does not count
            await().until(() -> millis(raw) - begin > 1_000);
            long first = calls(raw);
            long from = millis(raw);
            await().until(() -> millis(raw) - from > WATCHED.toMillis());
            double perSinkAndSecond = (calls(raw) - first) * 1_000.0 / (millis(raw) - from) / SINKS;
            assertThat(perSinkAndSecond).isLessThan(0.7);
        }
    }

    private static long calls(RespClient raw) {
        return CALLS.matcher(raw.text("INFO", "commandstats"))
                .results()
                .mapToLong((MatchResult found) -> Long.parseLong(found.group(1)))
                .sum();
    }

    private static long millis(RespClient raw) {
        List<?> time = raw.list("TIME");
        return Long.parseLong((String) time.get(0)) * 1_000 + Long.parseLong((String) time.get(1)) / 1_000;
    }
}
