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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What becomes of acks for which nobody waits. */
@RedisTest
class AckBatchTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int EVENTS = 500;
    private static final Pattern CALLS = Pattern.compile("cmdstat_xack:calls=(\\d+)");

    @PulseTest
    void acksOfManyEventsTravelInOneXack(TestRedis redis, Prefix prefix) throws InterruptedException {
        SinkOptions wide = SinkOptions.builder().maxInFlight(EVENTS).build();
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            EventStream<String> stream = pulse.stream(prefix.name("users"), Codecs.string());
            stream.addAll(IntStream.range(0, EVENTS)
                    .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                    .toList());
            try (Sink<String> sink = stream.sink("k", wide)) {
                List<Delivery<String>> deliveries = sink.poll(EVENTS, LONG);
                assertThat(deliveries).hasSize(EVENTS);
                long before = calls(raw);
                // while Redis keeps the first XACK waiting the others queue
                raw.call("CLIENT", "PAUSE", "30000", "WRITE");
                deliveries.forEach(Delivery::ackLater);
                raw.call("CLIENT", "UNPAUSE");
                await().atMost(LONG).until(() -> sink.figures().acked() == EVENTS);
                assertThat(calls(raw) - before).isBetween(1L, 2L);
            }
        }
    }

    private static long calls(RespClient raw) {
        Matcher found = CALLS.matcher(raw.text("INFO", "commandstats"));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
