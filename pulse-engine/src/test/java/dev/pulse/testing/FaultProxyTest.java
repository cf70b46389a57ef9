package dev.pulse.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@RedisTest
class FaultProxyTest {
    private static final Duration NO_ANSWER = Duration.ofMillis(50);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private FaultProxy proxy;

    @BeforeEach
    void open(EmbeddedRedis redis) {
        proxy = FaultProxy.to(redis.port());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @PulseTest
    void forwardsInBothDirections(Prefix prefix) {
        String large = "x".repeat(3_000_000);
        try (RespClient client = RespClient.connect(proxy.uri())) {
            assertThat(client.call("SET", prefix.name("key"), large)).isEqualTo("OK");
            assertThat(client.call("GET", prefix.name("key"))).isEqualTo(large);
            assertThat(client.call("DEL", prefix.name("key"))).isEqualTo(1L);
        }
    }

    @PulseTest
    void countsOpenConnections() {
        try (RespClient one = connected()) {
            assertThat(proxy.connections()).isEqualTo(1);
            try (RespClient other = connected()) {
                assertThat(proxy.connections()).isEqualTo(2);
                assertThat(other.call("PING")).isEqualTo("PONG");
            }
            await().until(() -> proxy.connections() == 1);
            assertThat(one.call("PING")).isEqualTo("PONG");
        }
        await().until(() -> proxy.connections() == 0);
    }

    @PulseTest
    void proxyCutBreaksConnectionsAndHealLetsNewOnesThrough() {
        try (RespClient client = connected()) {
            proxy.cut();
            assertReset(client);
            assertThat(proxy.connections()).isZero();
            assertThatThrownBy(this::connected).isInstanceOf(UncheckedIOException.class);

            proxy.heal();
            try (RespClient other = connected()) {
                assertThat(other.call("PING")).isEqualTo("PONG");
            }
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(UncheckedIOException.class);
        }
    }

    @PulseTest
    void cutClosesTheConnectionAtRedisToo(TestRedis redis) {
        try (RespClient client = connected();
                RespClient direct = redis.client()) {
            String id = String.valueOf(client.call("CLIENT", "ID"));
            assertThat(direct.text("CLIENT", "LIST", "ID", id)).contains("id=" + id);
            proxy.cut();
            await().until(() -> !direct.text("CLIENT", "LIST", "ID", id).contains("id=" + id));
        }
    }

    @PulseTest
    void silenceHoldsUpRequestsUntilHeal(TestRedis redis, Prefix prefix) {
        String key = prefix.name("key");
        try (RespClient client = connected();
                RespClient direct = redis.client()) {
            proxy.silence();
            client.timeout(NO_ANSWER);
            assertSilent(() -> client.call("SET", key, "value"));
            assertThat(direct.call("GET", key)).isNull();
            assertThat(proxy.connections()).isEqualTo(1);

            proxy.heal();
            assertThat(client.timeout(ANSWER).read()).isEqualTo("OK");
            assertThat(direct.call("GETDEL", key)).isEqualTo("value");
        }
    }

    @PulseTest
    void silenceHoldsUpRepliesUntilHeal(TestRedis redis, Prefix prefix) {
        String list = prefix.name("list");
        try (RespClient client = connected();
                RespClient direct = redis.client()) {
            client.send("BLPOP", list, "0");
            await().until(() -> direct.text("INFO", "clients").contains("blocked_clients:1"));
            proxy.silence();
            direct.call("RPUSH", list, "value");
            client.timeout(NO_ANSWER);
            assertSilent(client::read);

            proxy.heal();
            assertThat(client.timeout(ANSWER).read()).isEqualTo(List.of(list, "value"));
        }
    }

    @PulseTest
    void connectionMadeDuringSilenceIsAnsweredAfterHeal() {
        proxy.silence();
        try (RespClient client = RespClient.connect(proxy.port())) {
            client.timeout(NO_ANSWER);
            assertSilent(() -> client.call("PING"));
            proxy.heal();
            assertThat(client.timeout(ANSWER).read()).isEqualTo("PONG");
        }
    }

    @PulseTest
    void silentConnectionsCanBeCut() {
        try (RespClient client = connected()) {
            proxy.silence();
            client.send("PING");
            proxy.cut();
            assertReset(client);
            assertThat(proxy.connections()).isZero();
        }
    }

    @PulseTest
    void lostReplyIsThatOfACommandThatWasCarriedOut(TestRedis redis, Prefix prefix) {
        String key = prefix.name("key");
        try (RespClient client = connected();
                RespClient direct = redis.client()) {
            proxy.loseReplies(1);
            client.send("SET", key, "value");
            assertReset(client);
            assertThat(direct.call("GETDEL", key)).isEqualTo("value");
            try (RespClient other = connected()) {
                assertThat(other.call("PING")).isEqualTo("PONG");
            }
        }
    }

    @PulseTest
    void resetComesAfterSoManyBytes() throws IOException {
        String reply = "+PONG\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            proxy.resetAfter(2L * reply.length() + 3);
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(reply.length()))
                        .isEqualTo(reply.getBytes(StandardCharsets.US_ASCII));
            }
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            // the reset may overtake what came before it
            assertThatThrownBy(() -> socket.getInputStream().readNBytes(reply.length()))
                    .isInstanceOf(SocketException.class);
        }
        try (RespClient other = connected()) {
            assertThat(other.call("PING")).isEqualTo("PONG");
        }
    }

    @PulseTest
    void whatIsDelayedOrTricklesOrIsSplitArrivesWhole(Prefix prefix) {
        String key = prefix.name("key");
        String value = "0123456789".repeat(100);
        for (Passage passage : List.of(
                Passage.delayed(NO_ANSWER),
                Passage.trickling(50, Duration.ofMillis(1)),
                Passage.splitAnywhere(new Random(1)),
                Passage.free())) {
            proxy.pass(passage);
            try (RespClient client = connected()) {
                assertThat(client.call("SET", key, value)).isEqualTo("OK");
                assertThat(client.call("GETDEL", key)).isEqualTo(value);
            }
        }
    }

    @PulseTest
    void killedRedisEndsConnectionsAndARestartedOneTakesNewOnes(EmbeddedRedis redis) {
        try (RespClient client = connected()) {
            redis.kill();
            assertThatThrownBy(client::read).isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(this::connected).isInstanceOf(UncheckedIOException.class);

            redis.restart();
            try (RespClient other = connected()) {
                assertThat(other.call("PING")).isEqualTo("PONG");
            }
        }
    }

    @PulseTest
    void survivesManyConnectionsCutAgainAndAgain() {
        for (int round = 0; round < 5; round++) {
            List<RespClient> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(connected());
            }
            assertThat(proxy.connections()).isEqualTo(50);
            proxy.cut();
            clients.forEach(FaultProxyTest::assertReset);
            clients.forEach(RespClient::close);
            proxy.heal();
        }
    }

    @PulseTest
    void closeResetsConnectionsAndCanBeRepeated() {
        try (RespClient client = connected()) {
            proxy.close();
            proxy.close();
            assertReset(client);
            assertThat(proxy.connections()).isZero();
            assertThatThrownBy(() -> RespClient.connect(proxy.port())).isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(proxy::heal).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Connected through to Redis, not only to the proxy. */
    private RespClient connected() {
        RespClient client = RespClient.connect(proxy.uri());
        try {
            assertThat(client.call("PING")).isEqualTo("PONG");
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    private static void assertReset(RespClient client) {
        assertThatThrownBy(client::read).hasCauseInstanceOf(SocketException.class);
    }

    private static void assertSilent(Runnable read) {
        assertThatThrownBy(read::run).hasCauseInstanceOf(SocketTimeoutException.class);
    }
}
