package dev.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.PooledConnectionProvider;

@RedisTest
class JedisClientTest {
    /** What is promised, and what a busy machine may add. */
    private static final Duration RECOVERY = Duration.ofSeconds(5 + 10);

    /** With a pool of one, in database 3. */
    private static RedisClient client(int port) {
        ConnectionPoolConfig one = new ConnectionPoolConfig();
        one.setMaxTotal(1);
        return RedisClient.builder()
                .hostAndPort("127.0.0.1", port)
                .clientConfig(DefaultJedisClientConfig.builder()
                        .database(3)
                        .clientName("theirs")
                        .connectionTimeoutMillis(2_000)
                        .socketTimeoutMillis(2_000)
                        .build())
                .poolConfig(one)
                .build();
    }

    @PulseTest
    void itsSettingsAreUsedAndItsPoolIsNot(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        try (RedisClient client = client(redis.port());
                RespClient admin = RespClient.connect(redis.port())) {
            try (Traffic traffic = Traffic.start(Pulse.builder().client(client), prefix.name("s"))) {
                traffic.awaitProgress(RECOVERY);
                // its only connection is free
                assertThat(client.ping()).isEqualTo("PONG");
                assertThat(client.getPool().getNumActive()).isZero();
                assertThat(client.exists("pulse:stream:" + prefix.name("s"))).isTrue();
                assertThat(admin.text("CLIENT", "LIST").lines().filter(line -> line.contains("name=pulse/pulse/")))
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allMatch(line -> line.contains(" db=3 "))
                        // before 7.0 the list does not tell the protocol
                        .allMatch(line -> line.contains(" resp=2") || !line.contains(" resp="));
                traffic.stopAndRequireAllHandled();
            }
            assertThat(client.ping()).isEqualTo("PONG");
            client.flushDB();
        }
    }

    @PulseTest
    void connectionsAreMadeAnewAfterACut(EmbeddedRedis redis, Prefix prefix) throws Exception {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                RedisClient client = client(proxy.port());
                Traffic traffic = Traffic.start(Pulse.builder().client(client), prefix.name("s"))) {
            for (int i = 0; i < 3; i++) {
                traffic.awaitProgress(RECOVERY);
                proxy.cut();
                proxy.heal();
            }
            traffic.awaitProgress(RECOVERY);
            traffic.stopAndRequireAllHandled();
            try (RespClient admin = RespClient.connect(redis.port())) {
                // a connection that Jedis makes by itself would be in database 0, and nameless
                assertThat(admin.call("EXISTS", "pulse:stream:" + prefix.name("s")))
                        .isEqualTo(0L);
            }
        }
    }

    @PulseTest
    void aRedisThatIsNotThereIsToldAtOnceAndTheClientStaysOpen() {
        try (RedisClient client = client(1)) {
            assertThatExceptionOfType(RedisUnavailableException.class)
                    .isThrownBy(() -> Pulse.over(client))
                    .withMessageContaining("Connection refused");
            assertThat(client.getPool().isClosed()).isFalse();
        }
    }

    @PulseTest
    void otherClientsAreRefusedByName(TestRedis redis) {
        HostAndPort address = new HostAndPort("127.0.0.1", 6379);
        try (UnifiedJedis plain = new UnifiedJedis(new PooledConnectionProvider(address), 1, Duration.ofSeconds(1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pulse.over(plain))
                    .withMessage("client is a RedisClient, a RedisSentinelClient or a RedisClusterClient, was a "
                            + "redis.clients.jedis.UnifiedJedis");
        }
    }

    @PulseTest
    void aClientExcludesAUriAndWhatBelongsToOne(EmbeddedRedis redis) throws Exception {
        try (RedisClient client = client(redis.port())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            Pulse.builder().uri(redis.uri()).client(client).connect())
                    .withMessage("Redis is named by a uri or by a client, not by both");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pulse.builder()
                            .client(client)
                            .credentials(() -> Credentials.password("x"))
                            .connect())
                    .withMessage("credentials are for a URI: a client has its own");
            await().until(() -> client.getPool().getNumActive() == 0);
        }
    }
}
