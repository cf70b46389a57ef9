package dev.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.embedded.SentinelProcess;
import dev.pulse.testing.Certificate;
import dev.pulse.testing.FreePorts;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Sentinels that want to know who asks, or that are asked with TLS; each watches over the same Redis. */
@RedisTest
class SentinelAccessTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static SSLContext trust;
    private static EmbeddedRedis redis;
    private static SentinelProcess asking;
    private static SentinelProcess secure;
    private static int redisTlsPort;
    private static int sentinelTlsPort;

    @BeforeAll
    static void start() throws InterruptedException {
        Certificate certificate = Certificate.make(directory, "dns:localhost");
        trust = certificate.trusted();
        redisTlsPort = FreePorts.next();
        redis = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                .arguments(certificate.arguments(redisTlsPort))
                .build());
        // the default user stays, for the tests
        asking = SentinelProcess.start(directory, FreePorts.next(), """
                user sue on >open-sesame ~* &* +@all
                sentinel monitor plain 127.0.0.1 %d 1
                """.formatted(redis.port()));
        sentinelTlsPort = FreePorts.next();
        secure = SentinelProcess.start(
                directory,
                FreePorts.next(),
                String.join("\n", certificate.settings(sentinelTlsPort)) + """

                tls-replication yes
                sentinel resolve-hostnames yes
                sentinel announce-hostnames yes
                sentinel monitor secure localhost %d 1
                """.formatted(redisTlsPort));
    }

    @AfterAll
    static void close() {
        secure.close();
        asking.close();
        redis.close();
    }

    @AfterEach
    void nothingIsLeft() {
        for (int port : new int[] {redis.port(), asking.port(), secure.port()}) {
            await().until(() -> connections(port).isEmpty());
        }
    }

    /** The lines of CLIENT LIST about Pulse. */
    private static List<String> connections(int port) {
        try (RespClient client = RespClient.connect(port)) {
            return client.text("CLIENT", "LIST")
                    .lines()
                    .filter(line -> line.contains(" name=pulse/"))
                    .toList();
        }
    }

    private static String uri(String logins) {
        return "redis-sentinel://127.0.0.1:" + asking.port() + "/0?master=plain" + logins;
    }

    @PulseTest
    void sentinelsAndRedisHaveUsersOfTheirOwn(Prefix prefix) throws InterruptedException {
        try (RespClient admin = RespClient.connect(redis.port())) {
            admin.call("ACL", "SETUSER", "ann", "reset", "on", ">two%", "~*", "&*", "+@all");
            String uri = uri("&sentinelUser=sue&sentinelPassword=open-sesame")
                    .replace("redis-sentinel://", "redis-sentinel://ann:two%25@");
            try (Pulse pulse = Pulse.connect(uri)) {
                pulse.stream(prefix.name("s")).add("e", new byte[0]);
                assertThat(connections(asking.port()))
                        .isNotEmpty()
                        .allMatch(line -> line.contains(" name=pulse/pulse/sentinel ") && line.contains(" user=sue "));
                assertThat(connections(redis.port()))
                        .isNotEmpty()
                        .allMatch(line -> line.contains(" name=pulse/pulse/lane ") && line.contains(" user=ann "));
            }
            admin.call("ACL", "DELUSER", "ann");
        }
    }

    @PulseTest
    void aPasswordThatTheSentinelsRefuseIsToldAtOnceAndNotShown() {
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> Pulse.connect(uri("&sentinelUser=sue&sentinelPassword=hush")))
                .withMessageContaining("127.0.0.1:" + asking.port())
                .withMessageContaining("WRONGPASS")
                .withMessageNotContaining("hush");
    }

    @PulseTest
    void sentinelsAndTheirMasterAreReachedWithTls(Prefix prefix) throws InterruptedException {
        try (Traffic traffic = Traffic.start(
                Pulse.builder()
                        .uri("rediss-sentinel://localhost:" + sentinelTlsPort + "/0?master=secure")
                        .sslContext(trust),
                prefix.name("s"))) {
            traffic.awaitProgress(LONG);
            assertThat(connections(secure.port()))
                    .isNotEmpty()
                    .allMatch(line -> line.contains(" laddr=127.0.0.1:" + sentinelTlsPort + " "));
            assertThat(connections(redis.port()))
                    .isNotEmpty()
                    .allMatch(line -> line.contains(" laddr=127.0.0.1:" + redisTlsPort + " "));
            traffic.stopAndRequireAllHandled();
        }
    }

    @PulseTest
    void aSentinelWhoseCertificateNobodyTrustsIsToldAtOnce() {
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> Pulse.connect("rediss-sentinel://localhost:" + sentinelTlsPort + "/0?master=secure"))
                .withMessageContaining("no sentinel tells where master \"secure\" is")
                .withMessageContaining("no TLS connection to Redis at localhost:" + sentinelTlsPort)
                .withMessageContaining("unable to find valid certification path");
    }

    @PulseTest
    void aRedisThatIsNoSentinelIsTold() {
        assertThatExceptionOfType(RedisReplyException.class)
                .isThrownBy(() -> Pulse.connect("redis-sentinel://127.0.0.1:" + redis.port() + "/0?master=plain"))
                .withMessageContaining("asking the sentinel at 127.0.0.1:" + redis.port())
                .withMessageContaining("unknown command");
    }

    @PulseTest
    void aMasterThatCallsItselfAReplicaIsNotBelieved() {
        try (RespClient admin = RespClient.connect(redis.port())) {
            admin.call("REPLICAOF", "127.0.0.1", "1");
            try {
                assertThatExceptionOfType(RedisUnavailableException.class)
                        .isThrownBy(() -> Pulse.connect(uri("")))
                        .withMessageContaining("Redis at 127.0.0.1:" + redis.port()
                                + " is said to be the master and calls itself a replica");
            } finally {
                admin.call("REPLICAOF", "NO", "ONE");
            }
        }
    }
}
