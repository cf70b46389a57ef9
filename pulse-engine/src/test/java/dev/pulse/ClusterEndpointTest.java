package dev.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.testing.Certificate;
import dev.pulse.testing.FreePorts;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisCluster;
import dev.pulse.testing.RedisTest;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of a cluster that are called by host names, or by no name at all, without and with TLS. */
@RedisTest
class ClusterEndpointTest {
    /** What is promised, and what a busy machine may add. */
    private static final Duration RECOVERY = Duration.ofSeconds(5 + 10);

    @TempDir
    static Path directory;

    private static SSLContext trust;
    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        // no address: who connects to one is to be told so
        Certificate certificate = Certificate.make(directory, "dns:localhost");
        trust = certificate.trusted();
        cluster = RedisCluster.startWithTls(certificate);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().until(() -> cluster.pulseConnections().isEmpty());
    }

    private static void callNodes(String endpointType, String hostName, String shown) {
        cluster.configure("cluster-announce-hostname", hostName, "cluster-preferred-endpoint-type", endpointType);
        cluster.awaitHost(shown);
    }

    /** Also through a redirection, which names its target in the same way. */
    private static void requireThatAMoveIsFollowed(Pulse.Builder builder, String stream, String host)
            throws InterruptedException {
        try (Traffic traffic = Traffic.start(builder, stream)) {
            traffic.awaitProgress(RECOVERY);
            String key = "pulse:stream:{" + stream + "}";
            int slot = cluster.slot(key);
            EmbeddedRedis from = cluster.primaryOf(key);
            EmbeddedRedis to = cluster.primaryOtherThan(from);
            cluster.beginMove(slot, from, to);
            while (cluster.moveKeys(slot, from, to, 10)) {
                Thread.onSpinWait();
            }
            cluster.endMove(slot, to);
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            assertThat(traffic.health().loops())
                    .extracting(Health.Loop::name)
                    .filteredOn(name -> name.startsWith("lane"))
                    .isNotEmpty()
                    .allMatch(name -> name.startsWith("lane " + host + ":"));
            traffic.stopAndRequireAllHandled();
            assertThat(traffic.unknown()).isZero();
        }
    }

    @PulseTest
    void nodesThatAreCalledByHostNamesAreFoundByThem(Prefix prefix) throws InterruptedException {
        callNodes("hostname", "localhost", "localhost");
        requireThatAMoveIsFollowed(Pulse.builder().uri(cluster.uri()), prefix.name("s"), "localhost");
    }

    @PulseTest
    void nodesWithoutANameAreWhereTheOneThatToldWasFound(Prefix prefix) throws InterruptedException {
        callNodes("hostname", "", "?");
        requireThatAMoveIsFollowed(Pulse.builder().uri(cluster.uri()), prefix.name("a"), "127.0.0.1");
        callNodes("unknown-endpoint", "", "");
        requireThatAMoveIsFollowed(Pulse.builder().uri(cluster.uri()), prefix.name("b"), "127.0.0.1");
    }

    @PulseTest
    void aClusterIsReachedWithTls(Prefix prefix) throws InterruptedException {
        callNodes("hostname", "localhost", "localhost");
        requireThatAMoveIsFollowed(
                Pulse.builder().uri(cluster.tlsUri("localhost")).sslContext(trust), prefix.name("s"), "localhost");
    }

    @PulseTest
    void aNodeThatKnowsNobodyWhoServesIsPassedOver(Prefix prefix) throws InterruptedException {
        callNodes("ip", "", "127.0.0.1");
        try (EmbeddedRedis alone = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                .port(FreePorts.next())
                .arguments("--cluster-enabled", "yes")
                .build())) {
            String uri = "redis-cluster://127.0.0.1:" + alone.port();
            assertThatExceptionOfType(RedisUnavailableException.class)
                    .isThrownBy(() -> Pulse.connect(uri))
                    .withMessageContaining("knows nobody who serves slots");
            try (Pulse pulse = Pulse.connect(cluster.uri().replace("redis-cluster://", uri + ","))) {
                assertThat(pulse.stream(prefix.name("s")).add("e", new byte[0])).isNotNull();
            }
        }
    }

    @PulseTest
    void aNodeWhoseCertificateNamesAnotherHostIsRefusedAtOnce() {
        callNodes("ip", "localhost", "127.0.0.1");
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> Pulse.builder()
                        .uri(cluster.tlsUri("localhost"))
                        .sslContext(trust)
                        .connect())
                .withMessageContaining("no TLS connection to Redis at 127.0.0.1:")
                .withMessageContaining("No subject alternative names matching IP address 127.0.0.1");
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> Pulse.connect(cluster.tlsUri("localhost")))
                .withMessageContaining("no TLS connection to Redis at localhost:")
                .withMessageContaining("unable to find valid certification path");
    }
}
