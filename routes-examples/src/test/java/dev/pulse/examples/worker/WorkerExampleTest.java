package dev.pulse.examples.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

class WorkerExampleTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final WorkerExample example = new WorkerExample();

    @Test
    void everyPaymentIsBookedInOrderThoughTheBankRefusesSome() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Future<Boolean> held = start(redis);
            await().atMost(PATIENCE)
                    .until(() -> example.deadCount() > 0 && example.turns().mostAtOnce() > 1);
            example.stop();
            assertThat(held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            try (RedisClient client = RedisClient.create(redis.uri())) {
                assertThat(client.keys("*"))
                        .as("what is left is that the streams were there")
                        .noneMatch(key -> client.type(key).equals("stream"));
            }
        }
        assertThat(example.balances().centsByCustomer())
                .as("payments that were dead letters")
                .containsKey("Eve");
        assertThat(example.turns().broken()).isZero();
    }

    @Test
    void nothingIsLostWhenRedisIsKilledAndRestartedUnderIt() throws Exception {
        EmbeddedRedisOptions durable =
                EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS).build();
        try (EmbeddedRedis redis = EmbeddedRedis.start(durable)) {
            Future<Boolean> held = start(redis);
            await().atMost(PATIENCE).until(() -> example.balances().bookedCount() > 10);
            redis.kill();
            redis.restart();
            int sofar = example.balances().bookedCount();
            await().atMost(PATIENCE).until(() -> example.balances().bookedCount() > sofar + 10);
            example.stop();
            assertThat(held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private Future<Boolean> start(EmbeddedRedis redis) {
        FutureTask<Boolean> held = new FutureTask<>(() -> example.run(Duration.ofMinutes(5), redis.uri()));
        Thread.startVirtualThread(held);
        return held;
    }
}
