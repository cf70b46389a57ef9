package dev.pulse.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.task.Tasks;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import java.time.Duration;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;

@RedisTest
class GuardTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static Connection connect(String uri) {
        return Connected.dial(uri, "guarded", LONG);
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    @PulseTest
    void aWriteToASilentRedisEndsAtTheDeadline(EmbeddedRedis redis) {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            Connection connection = connect(proxy.uri());
            proxy.silence();
            long begin = System.nanoTime();
            Command more = Command.write("SET").key("k").arg(new byte[64 * 1024 * 1024]);
            try (Guard guard = Guard.over(connection, in(SHORT))) {
                assertThatThrownBy(() -> connection.sendCommand(more.arguments()))
                        .isInstanceOf(JedisConnectionException.class);
            }
            assertThat(Connected.since(begin)).isBetween(SHORT, LONG);
            proxy.heal();
        }
    }

    @PulseTest
    void whatIsDoneInTimeKeepsItsConnectionAndLeavesNoThread(EmbeddedRedis redis) {
        Connection connection = connect(redis.uri());
        try (Guard guard = Guard.over(connection, in(Duration.ofMinutes(1)))) {
            assertThat(connection.ping()).isTrue();
        }
        await().until(() -> Tasks.live().isEmpty());
        assertThat(connection.ping()).isTrue();
        OwnedConnection.discard(connection);
    }
}
