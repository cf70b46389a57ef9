package dev.pulse.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.task.Signals;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.Connection;

@RedisTest
class LaneTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int CALLERS = 16;

    private final AtomicInteger opened = new AtomicInteger();

    private Lane lane(String uri) {
        Connections connections = new Connections() {
            @Override
            public Connection open(String role, Duration timeout) {
                opened.incrementAndGet();
                return Connected.dial(uri, role, timeout);
            }

            @Override
            public String where() {
                return uri;
            }
        };
        Signals signals = new Signals(event -> {});
        return new Lane("lane", null, connections, TIMEOUT, signals.loop("lane", true));
    }

    private static Call echo(Lane lane) throws InterruptedException {
        Call call = new Call(List.of(Command.repeatable("ECHO").arg("x")));
        lane.carry(call, System.nanoTime() + TIMEOUT.toNanos(), true);
        return call;
    }

    @PulseTest
    void goesOnOverAnotherConnectionWheneverItIsToLeaveOneWhileCallersQueue(TestRedis redis)
            throws InterruptedException {
        Lane lane = lane(redis.uri());
        AtomicBoolean enough = new AtomicBoolean();
        Crowd crowd = new Crowd();
        for (int i = 0; i < CALLERS; i++) {
            crowd.virtual(() -> {
                while (!enough.get()) {
                    echo(lane);
                }
            });
        }
        try {
            for (int i = 1; i <= 100; i++) {
                int connections = i;
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> {
                            if (opened.get() < connections) {
                                lane.leave(any -> true);
                            }
                            return opened.get() >= connections;
                        });
            }
        } finally {
            enough.set(true);
        }
        assertThat(crowd.join()).isEmpty();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            Call call = echo(lane);
            return call.isSettled() && call.lost() == null;
        });
        lane.close(System.nanoTime() + TIMEOUT.toNanos());
    }
}
