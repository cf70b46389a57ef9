package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

@RedisTest(shared = true)
class SinkTest {
    @PulseTest
    void everyEventIsHandledOnceByOneOfTwoConsumers(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse pulse = Pulse.connect(redis.uri())) {
            EventStream<String> stream = pulse.stream(prefix.name("users"), Codecs.string());
            Queue<String> handled = new ConcurrentLinkedQueue<>();
            try (Sink<String> one = stream.sink("mails", SinkOptions.defaults());
                    Sink<String> other = stream.sink("mails", SinkOptions.defaults())) {
                one.consume(event -> handled.add(event.payload()));
                other.consume(event -> handled.add(event.payload()));
                List<String> sent =
                        IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
                stream.addAll(sent.stream().map(n -> NewEvent.of("user.created", n)).toList());
                await().untilAsserted(() -> assertThat(handled).hasSize(1_000));
                assertThat(handled).containsExactlyInAnyOrderElementsOf(sent);
            }
        }
    }
}
