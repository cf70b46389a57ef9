package dev.pulse.examples.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WorkerExampleTest {
    @Test
    void everyPaymentIsSettledThoughTheBankRefuses() throws Exception {
        WorkerExample example = new WorkerExample();
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            assertThat(example.run(Duration.ofSeconds(3), redis.uri())).isTrue();
        }
        assertThat(example.balances().bookedCount()).isGreaterThan(50);
        assertThat(example.balances().refusedCount()).isPositive();
        assertThat(example.bank().busyCount()).isPositive();
        assertThat(example.missing()).isZero();
    }

    @Test
    void nothingIsLostWhenRedisIsKilledAndRestartedUnderIt() throws Exception {
        EmbeddedRedisOptions durable =
                EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS).build();
        try (EmbeddedRedis redis = EmbeddedRedis.start(durable)) {
            WorkerExample example = new WorkerExample();
            CompletableFuture<Boolean> held = CompletableFuture.supplyAsync(() -> {
                try {
                    return example.run(Duration.ofMinutes(1), redis.uri());
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> example.balances().bookedCount() > 10);
            redis.kill();
            redis.restart();
            int sofar = example.balances().bookedCount();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> example.balances().bookedCount() > sofar + 10);
            example.stop();
            assertThat(held).succeedsWithin(Duration.ofSeconds(40)).isEqualTo(true);
            assertThat(example.missing()).isZero();
        }
    }
}
