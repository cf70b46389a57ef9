package dev.pulse.examples.readme;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.stream.EventStream;
import java.time.Duration;
import redis.clients.jedis.RedisClient;

/** How to get to a Redis. */
final class ConnectingSnippets {
    private ConnectingSnippets() {}

    static Pulse connecting(String uri) {
        // snippet: connect
        Pulse pulse = Pulse.builder()
                .uri(uri) // redis://user:password@host:6379/0
                .clientName("orders") // in CLIENT LIST: pulse/orders/…
                .commandTimeout(Duration.ofSeconds(3)) // from a call to its return, with or without Redis
                .connect();
        // end
        return pulse;
    }

    static Health.Status connectingOver(RedisClient client) {
        // snippet: over
        try (Pulse pulse = Pulse.over(client)) { // a RedisClient, RedisSentinelClient or RedisClusterClient
            return pulse.health().status();
        }
        // end
    }

    static int surviving() throws InterruptedException {
        // snippet: embedded
        EmbeddedRedisOptions durable =
                EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS).build();
        try (EmbeddedRedis redis = EmbeddedRedis.start(durable);
                Pulse pulse = Pulse.connect(redis.uri())) {
            EventStream<byte[]> stream = pulse.stream("drill");
            stream.add("added", new byte[0]);
            redis.kill(); // as a crash would
            redis.restart();
            return stream.snapshot().size();
        }
        // end
    }
}
