package dev.pulse.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;

@RedisTest(
        appendOnly = AppendOnly.ALWAYS,
        arguments = {"--maxmemory", "64mb"})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RedisExtensionTest {
    private static final Set<Prefix> SEEN = new HashSet<>();
    private static int port;

    private Prefix prefixBefore;

    @BeforeEach
    void prepare(Prefix prefix) {
        prefixBefore = prefix;
    }

    @AfterAll
    static void eachRunHadItsOwnPrefix() {
        assertThat(SEEN).hasSizeGreaterThanOrEqualTo(RepeatProvider.runs());
    }

    @PulseTest
    @Order(1)
    void prefixIsOneForATestAndItsPreparation(Prefix prefix) {
        assertThat(prefix).isEqualTo(prefixBefore);
        assertThat(prefix.name("events")).matches("t[a-z0-9]+-events");
        assertThat(SEEN.add(prefix)).isTrue();
    }

    @PulseTest
    @Order(2)
    void wishesOfTheAnnotationReachTheServer(TestRedis redis) {
        try (RespClient client = redis.client()) {
            assertThat(client.call("CONFIG", "GET", "appendfsync")).isEqualTo(List.of("appendfsync", "always"));
            assertThat(client.call("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "67108864"));
        }
    }

    @PulseTest
    @Order(3)
    void testMayLeaveRedisDead(EmbeddedRedis redis) {
        port = redis.port();
        redis.kill();
    }

    @PulseTest
    @Order(4)
    void nextTestFindsItRunning(EmbeddedRedis redis, TestRedis wrapped) {
        assertThat(redis.isRunning()).isTrue();
        assertThat(redis.port()).isEqualTo(port);
        assertThat(wrapped.embedded()).isSameAs(redis);
        redis.pause();
    }

    @PulseTest
    @Order(5)
    void connectionThatIsLeftIsNamed(TestRedis redis) {
        try (RespClient client = redis.client();
                RespClient left = redis.client()) {
            left.call("CLIENT", "SETNAME", "pulse/test/reader");
            assertThat(RedisExtension.pulseConnections(client)).containsExactly("pulse/test/reader");
        }
    }

    @PulseTest
    @Order(6)
    void leakCheckWaitsForWhatEndsSoon() {
        List<List<String>> answers = new ArrayList<>(List.of(List.of("a"), List.of("a"), List.of()));
        List<String> problems = new ArrayList<>();
        RedisExtension.awaitNone("threads", answers::removeFirst, problems);
        assertThat(problems).isEmpty();
        assertThat(answers).isEmpty();
    }

    @PulseTest
    @Order(7)
    void rawClientSpeaksAllOfResp2(TestRedis redis, Prefix prefix) {
        String key = prefix.name("list");
        byte[] binary = {0, (byte) 0xff, '\r', '\n'};
        try (RespClient client = redis.client()) {
            assertThat(client.call("RPUSH", key, "ü", "")).isEqualTo(2L);
            assertThat(client.call("LRANGE", key, "0", "-1")).isEqualTo(List.of("ü", ""));
            assertThat(client.call("GET", prefix.name("missing"))).isNull();
            assertThat(client.call("BLPOP", prefix.name("missing"), "0.01")).isNull();
            assertThatThrownBy(() -> client.call("GET", key))
                    .isInstanceOf(RespException.class)
                    .hasMessageStartingWith("WRONGTYPE");
            client.call("MULTI");
            client.call("GET", key);
            client.call("PING");
            List<?> results = client.list("EXEC");
            assertThat(results.get(0)).isInstanceOf(RespException.class);
            assertThat(results.get(1)).isEqualTo("PONG");
            byte[][] echo = {"ECHO".getBytes(StandardCharsets.US_ASCII), binary};
            assertThat((byte[]) client.call(echo)).isEqualTo(binary);
            assertThat(client.call("DEL", key)).isEqualTo(1L);
        }
    }

    @Nested
    class InANestedClass {
        @PulseTest
        void redisIsThatOfTheOuterClass(EmbeddedRedis redis) {
            assertThat(redis.port()).isEqualTo(port);
        }
    }
}
