package dev.pulse.examples.tasks;

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

class TasksExampleTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Of which a third is over before a tenant comes, and two thirds before a studio closes. */
    private static final Duration LENGTH = Duration.ofSeconds(9);

    static Stream<Named<TasksExample>> allWays() {
        return Stream.of(
                Named.of("Java DSL", TasksExample.inJava()),
                Named.of("YAML", TasksExample.inYaml()),
                Named.of("without Camel", TasksExample.withoutCamel()));
    }

    @ParameterizedTest
    @MethodSource("allWays")
    void eachPictureGetsItsThumbnailThoughSomeWereDead(TasksExample example) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            FutureTask<Boolean> held = new FutureTask<>(() -> example.run(LENGTH, redis.uri()));
            Thread.startVirtualThread(held);
            await().atMost(PATIENCE).until(() -> example.ledger().pollers().containsKey("cumulus"));
            assertThat(held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            Ledger ledger = example.ledger();
            assertThat(ledger.mendedCount()).isPositive();
            assertThat(ledger.summaryCount()).isPositive();
            assertThat(ledger.failureCount()).isGreaterThan(ledger.mendedCount());
            try (RedisClient client = RedisClient.create(redis.uri())) {
                assertThat(client.keys("*"))
                        .as("what is left is that they were there, and for a while what became of tasks")
                        .filteredOn(key -> key.startsWith("pulse:") && client.ttl(key) < 0)
                        .containsExactlyInAnyOrder("pulse:pool:{examples:pollers}", "pulse:pool:{examples:thumbnails}");
            }
        }
    }
}
