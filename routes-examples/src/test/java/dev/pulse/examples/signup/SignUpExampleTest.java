package dev.pulse.examples.signup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.examples.Example;
import dev.pulse.examples.SecondProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.RedisClient;

class SignUpExampleTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Longer than any of these tests: the example is stopped. */
    private static final Duration LONG = Duration.ofMinutes(5);

    static Stream<Named<SignUpExample>> bothLanguages() {
        return Stream.of(Named.of("Java DSL", SignUpExample.inJava()), Named.of("YAML", SignUpExample.inYaml()));
    }

    private static Future<Boolean> start(Callable<Boolean> example) {
        FutureTask<Boolean> held = new FutureTask<>(example);
        Thread.startVirtualThread(held);
        return held;
    }

    private static void assertHolds(Example example, Future<Boolean> held) throws Exception {
        example.stop();
        assertThat(held.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("bothLanguages")
    void everybodyIsGreetedThoughSomeMailsAreGivenUp(SignUpExample example) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Future<Boolean> held = start(() -> example.run(LONG, redis.uri()));
            await().atMost(PATIENCE)
                    .until(() -> example.postmaster().replayedCount() > 0
                            && example.ledger().groupCount() > 1
                            && example.ledger().mailsBy().size() == 2
                            && example.ledger().soldCount() > 0);
            assertHolds(example, held);
            try (RedisClient client = RedisClient.create(redis.uri())) {
                assertThat(client.keys("*")).noneMatch(key -> client.type(key).equals("stream"));
            }
        }
        assertThat(example.ledger().mailsBy()).containsOnlyKeys("website/mailer-1", "website/mailer-2");
    }

    @Test
    void nothingIsLostWhenRedisIsKilledAndRestartedUnderIt() throws Exception {
        EmbeddedRedisOptions durable =
                EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS).build();
        SignUpExample example = SignUpExample.inYaml();
        try (EmbeddedRedis redis = EmbeddedRedis.start(durable)) {
            Future<Boolean> held = start(() -> example.run(LONG, redis.uri()));
            await().atMost(PATIENCE).until(() -> example.ledger().greetedCount() > 0);
            redis.kill();
            redis.restart();
            long sofar = example.ledger().publishedCount();
            await().atMost(PATIENCE).until(() -> example.ledger().greetedCount() > sofar);
            assertHolds(example, held);
        }
    }

    @Test
    void mailersOfAnotherContextHelpAndEndWithTheWebsite() throws Exception {
        SignUpExample example = SignUpExample.inJava();
        MailHelper helper = new MailHelper();
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Future<Boolean> held = start(() -> example.run(LONG, redis.uri()));
            await().atMost(PATIENCE).until(() -> example.ledger().publishedCount() > 0);
            Future<Boolean> helped = start(() -> helper.run(LONG, redis.uri()));
            awaitHelp(example);
            assertHolds(example, held);
            assertThat(helped.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatAKilledProcessOfMailersHadBegunIsDoneByOthers() throws Exception {
        SignUpExample example = SignUpExample.inJava();
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Future<Boolean> held = start(() -> example.run(LONG, redis.uri()));
            await().atMost(PATIENCE).until(() -> example.ledger().publishedCount() > 0);
            Process helper = helperProcess(redis.uri());
            try {
                awaitHelp(example);
            } finally {
                helper.destroyForcibly();
            }
            assertHolds(example, held);
        }
    }

    private static void awaitHelp(SignUpExample example) {
        await().atMost(PATIENCE)
                .until(() -> example.ledger().mailsBy().keySet().stream().anyMatch(by -> by.startsWith("helper/")));
    }

    private static Process helperProcess(String redisUri) throws IOException {
        ProcessBuilder java = new ProcessBuilder(SecondProcess.command("signup-mailer"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        java.environment().put("PULSE_REDIS_URI", redisUri);
        return java.start();
    }
}
