package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Who takes from the dead, and when. */
@RedisTest
class SweepTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** Beats come more often than the turns of nodes that have some before them. */
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(500);

    private static final int WORKERS = 2;

    @PulseTest
    void whoHasTheLastTurnSweepsWhenAllBeforeAreDead(TestRedis redis, Prefix prefix) throws InterruptedException {
        PoolOptions options = PoolOptions.builder()
                .settings(settings -> settings.withLease(SHORTEST_LEASE))
                .build();
        List<Pulse> dying = new ArrayList<>();
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Pulse last = Pulse.connect(redis.uri());
                PoolClient client = last.pool(prefix.name("p"), options)) {
            for (int i = 0; i < WORKERS; i++) {
                Pulse pulse = Pulse.connect(proxy.uri());
                dying.add(pulse);
                pulse.joinPool(prefix.name("p")).addService(new Ledger().handler("one"), WorkerOptions.defaults());
            }
            client.dispatch(JobRequest.of("a", new byte[0]));
            proxy.cut();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(client.workers()).isEmpty());
            assertThat(client.job("a")).get().extracting(JobInfo::state).isEqualTo(JobInfo.State.WAITING);
        } finally {
            dying.forEach(pulse -> pulse.close(Duration.ZERO));
        }
    }
}
