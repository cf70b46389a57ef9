package dev.pulse.examples.flags;

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

class FlagsExampleTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    static Stream<Named<FlagsExample>> bothLanguages() {
        return Stream.of(Named.of("Java DSL", FlagsExample.inJava()), Named.of("YAML", FlagsExample.inYaml()));
    }

    @ParameterizedTest
    @MethodSource("bothLanguages")
    void shopsInTwoProcessesFollowTheFlagAndShareLimitAndCache(FlagsExample example) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            FutureTask<Boolean> held = new FutureTask<>(() -> example.run(Duration.ofMinutes(5), redis.uri()));
            Thread.startVirtualThread(held);
            await().atMost(PATIENCE)
                    .until(() -> example.tally().bothWaysInBothShops()
                            && example.tally().calls() > 0
                            && example.operator().millis().keySet().size() == 2);
            example.stop();
            assertThat(held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(example.tally().lookUps())
                    .as("the others were in the cache")
                    .isPositive()
                    .isLessThan(example.tally().orders());
            try (RedisClient client = RedisClient.create(redis.uri())) {
                assertThat(client.keys("map:*"))
                        .as("what is left is that the maps were there")
                        .allSatisfy(key -> assertThat(client.hgetAll(key)).containsOnlyKeys("=rev", "=kind"));
            }
        }
    }
}
