package dev.pulse.examples.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.RedisClient;

class PoolExampleTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static Stream<Named<PoolExample>> allWays() {
        return Stream.of(
                Named.of("Java DSL", PoolExample.inJava()),
                Named.of("YAML", PoolExample.inYaml()),
                Named.of("without Camel", PoolExample.withoutCamel()));
    }

    @ParameterizedTest
    @MethodSource("allWays")
    void everybodyGetsAllMailsThoughAWorkerIsKilled(PoolExample example) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            FutureTask<Boolean> held = new FutureTask<>(() -> example.run(Duration.ofMinutes(5), redis.uri()));
            Thread.startVirtualThread(held);
            await().atMost(PATIENCE)
                    .until(() ->
                            example.workers().size() == 2 && example.ledger().completeCount() > 0);
            long before = example.moved();
            ProcessHandle.of(example.workers().getFirst()).orElseThrow().destroyForcibly();
            await().atMost(PATIENCE).until(() -> example.moved() > before);
            example.stop();
            assertThat(held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            try (RedisClient client = RedisClient.create(redis.uri())) {
                assertThat(client.keys("*"))
                        .as("what is left is that they were there, and for a while what became of jobs")
                        .noneMatch(key -> key.startsWith("pulse:stream:")
                                && client.type(key).equals("stream"))
                        .filteredOn(key -> key.startsWith("pulse:pool:") && client.ttl(key) < 0)
                        .containsExactly("pulse:pool:{examples:mails}");
            }
        }
    }
}
