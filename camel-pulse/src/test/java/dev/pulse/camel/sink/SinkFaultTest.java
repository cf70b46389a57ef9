package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.testing.PulseTest;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

/**
 * Contexts that are killed in turn, suspended and stopped in the middle of exchanges, while routes fail: an event is acked
 * only when its exchange is complete, so none is lost.
 */
class SinkFaultTest extends RoutesTest {
    private static final List<String> SINKS = List.of("mails", "audit", "bills");

    @PulseTest
    @Timeout(300)
    void nothingIsLostWhileContextsAreKilledSuspendedAndStoppedInTurn() throws Exception {
        Set<String> sent = ConcurrentHashMap.newKeySet();
        AtomicBoolean enough = new AtomicBoolean();
        Thread adding = Thread.ofVirtual().start(() -> {
            while (!enough.get()) {
                add(sent);
            }
        });
        try (RouteNode a = RouteNode.start(redis.uri(), stream, "a");
                RouteNode b = RouteNode.start(redis.uri(), stream, "b");
                RouteNode c = RouteNode.start(redis.uri(), stream, "c");
                Jedis jedis = jedis();
                RedisClient history = RedisClient.create(URI.create(redis.uri()))) {
            for (RouteNode node : List.of(a, b, c)) {
                await().atMost(Duration.ofSeconds(90)).until(() -> node.isReady(jedis));
            }
            awaitProgress(jedis, 50);
            a.kill();
            awaitProgress(jedis, 50);
            b.tell("suspend");
            awaitProgress(jedis, 50);
            b.tell("resume");
            awaitProgress(jedis, 50);
            c.kill();
            // what they leave is for the context of this process
            context.addRoutes(RouteNode.routes(stream, history));
            b.tell("stop");
            b.awaitEnd();
            awaitProgress(jedis, 50);
            enough.set(true);
            adding.join();
            for (String sink : SINKS) {
                await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                    assertThat(pending(sink)).isZero();
                    assertThat(new HashSet<>(jedis.lrange("done:" + sink, 0, -1)))
                            .isEqualTo(sent);
                });
            }
            assertThat(events().deadLetters().list(10)).isEmpty();
            context.stop();
        } finally {
            enough.set(true);
        }
    }

    private void add(Set<String> sent) {
        try {
            String payload = Integer.toString(sent.size());
            events().add("order.placed", payload);
            sent.add(payload);
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each sink has done so many more. */
    private static void awaitProgress(Jedis jedis, int more) {
        for (String sink : SINKS) {
            long before = jedis.llen("done:" + sink);
            await().atMost(Duration.ofSeconds(60)).until(() -> jedis.llen("done:" + sink) >= before + more);
        }
    }
}
