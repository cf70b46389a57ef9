package dev.pulse.redis;

import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import java.time.Duration;
import redis.clients.jedis.Connection;

@RedisTest
class OwnDialerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** One that is reset instead lasts until nobody waits on it, which the JDK's poller may do for long. */
    @PulseTest
    void theEndOfAConnectionIsSaidWhenItIsClosed(EmbeddedRedis redis) {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            Connection connection = Connected.dial(proxy.uri(), "closed", LONG);
            OwnedConnection.discard(connection);
            await().atMost(LONG).until(() -> proxy.ended() == 1);
        }
    }
}
