package dev.pulse.examples.signup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SignUpExampleTest {
    static Stream<Named<SignUpExample>> bothLanguages() {
        return Stream.of(Named.of("Java DSL", SignUpExample.inJava()), Named.of("YAML", SignUpExample.inYaml()));
    }

    @ParameterizedTest
    @MethodSource("bothLanguages")
    void everySignUpIsGreetedThoughMailsAreRefused(SignUpExample example) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            assertThat(example.run(Duration.ofSeconds(3), redis.uri())).isTrue();
        }
        assertThat(example.ledger().publishedCount()).isGreaterThan(25);
        assertThat(example.ledger().refusedCount()).isPositive();
        assertThat(example.ledger().mailsByMailer()).containsOnlyKeys("mailer-1", "mailer-2");
        assertThat(example.users().size()).isEqualTo((int) example.ledger().publishedCount());
    }

    @Test
    void nothingIsLostWhenRedisIsKilledAndRestartedUnderIt() throws Exception {
        EmbeddedRedisOptions durable =
                EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS).build();
        try (EmbeddedRedis redis = EmbeddedRedis.start(durable)) {
            SignUpExample example = SignUpExample.inJava();
            CompletableFuture<Boolean> held = CompletableFuture.supplyAsync(() -> {
                try {
                    return example.run(Duration.ofMinutes(1), redis.uri());
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(Duration.ofSeconds(20)).until(() -> example.ledger().greetedCount() > 10);
            redis.kill();
            redis.restart();
            long sofar = example.ledger().greetedCount();
            await().atMost(Duration.ofSeconds(20)).until(() -> example.ledger().greetedCount() > sofar + 10);
            example.stop();
            assertThat(held).succeedsWithin(Duration.ofSeconds(40)).isEqualTo(true);
            assertThat(example.ledger().missing()).isZero();
        }
    }
}
