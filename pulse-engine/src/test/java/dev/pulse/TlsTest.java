package dev.pulse;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P12;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.Certificate;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.FreePorts;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

@RedisTest
@Attacks(
        value = {P11, P12},
        by = Fault.F16)
class TlsTest {
    @TempDir
    static Path directory;

    private static SSLContext trust;
    private static EmbeddedRedis redis;
    private static int tlsPort;

    @BeforeAll
    static void startRedisWithTls() {
        Certificate certificate = Certificate.make(directory, "dns:localhost,dns:redis.example.org");
        trust = certificate.trusted();
        tlsPort = FreePorts.next();
        redis = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                .arguments(certificate.arguments(tlsPort))
                .build());
    }

    @AfterAll
    static void closeRedis() {
        redis.close();
    }

    private static Pulse.Builder builder(String host, int port) {
        return Pulse.builder().uri("rediss://" + host + ":" + port);
    }

    @PulseTest
    void eventsGoThroughTlsThatTrustsACertificateOfOnesOwn() throws InterruptedException {
        try (Pulse pulse = builder("localhost", tlsPort).sslContext(trust).connect()) {
            EventStream<byte[]> stream = pulse.stream("over-tls", Codecs.bytes());
            stream.add("small", new byte[] {1});
            stream.add("large", new byte[1024 * 1024]);
            try (var reader = stream.reader(
                    ReaderOptions.builder().startAt(StartAt.oldest()).build())) {
                assertThat(reader.poll(2, Duration.ofSeconds(30))).hasSizeGreaterThanOrEqualTo(1);
            }
            try (RespClient client = RespClient.connect(redis.port())) {
                assertThat(client.text("CLIENT", "LIST").lines().filter(line -> line.contains("name=pulse/")))
                        .isNotEmpty()
                        .allMatch(line -> line.contains(" laddr=127.0.0.1:" + tlsPort + " "));
                client.call("DEL", "pulse:stream:over-tls", "pulse:stream:over-tls:lifecycle");
            }
        }
    }

    @PulseTest
    void theSnippetOfTheReadmeConnects() throws InterruptedException {
        try (RespClient admin = RespClient.connect(redis.port())) {
            admin.call("ACL", "SETUSER", "orders", "reset", "on", ">one", "~*", "&*", "+@all");
            try (Pulse pulse = ConnectingSnippets.withTls("localhost", tlsPort, trust, () -> "one")) {
                assertThat(pulse.stream("snippet").snapshot()).isEmpty();
                assertThat(admin.text("CLIENT", "LIST")).contains("user=orders");
            }
            admin.call("ACL", "DELUSER", "orders");
        }
    }

    @PulseTest
    void aCertificateThatNobodyTrustsIsToldAtOnceWithTheReason() {
        long begin = System.nanoTime();
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> builder("localhost", tlsPort)
                        .commandTimeout(Duration.ofMinutes(1))
                        .connect())
                .withMessageContaining("no TLS connection to Redis at localhost:" + tlsPort)
                .withMessageContaining("unable to find valid certification path");
        // not tried again until the command time-out
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }

    @PulseTest
    void aHostNameThatTheCertificateDoesNotNameIsRefused() {
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(
                        () -> builder("127.0.0.1", tlsPort).sslContext(trust).connect())
                .withMessageContaining("no TLS connection to Redis at 127.0.0.1:" + tlsPort)
                .withMessageContaining("No subject alternative names matching IP address 127.0.0.1");
    }

    @PulseTest
    void aRedisWithoutTlsIsNeverSpokenToInPlainText() throws Exception {
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> builder("localhost", redis.port())
                        .sslContext(trust)
                        .connectTimeout(Duration.ofMillis(300))
                        .credentials(() -> Credentials.password("hush"))
                        .connect())
                // it waits for the end of a command, as it takes these bytes for
                .withMessageContaining("cannot connect to Redis at localhost:" + redis.port() + " within PT0.3S")
                .withMessageContaining("asked for TLS");
        try (RespClient client = RespClient.connect(redis.port())) {
            assertThat(client.text("CLIENT", "LIST")).doesNotContain("name=pulse/");
        }
    }

    @PulseTest
    void aWriteOverTlsToASilentRedisEndsInTime() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(tlsPort);
                Pulse pulse = builder("localhost", proxy.port())
                        .sslContext(trust)
                        .commandTimeout(Duration.ofSeconds(2))
                        .connect()) {
            EventStream<byte[]> stream = pulse.stream("silent", Codecs.bytes());
            stream.add("first", new byte[0]);
            proxy.silence();
            long begin = System.nanoTime();
            assertThatExceptionOfType(PulseException.class).isThrownBy(() -> stream.add("huge", new byte[15_000_000]));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @PulseTest
    void anSslContextWithoutTlsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pulse.builder()
                        .uri("redis://localhost")
                        .sslContext(trust)
                        .connect())
                .withMessage("sslContext is for a URI with TLS (rediss://), was redis://localhost:6379/0");
    }
}
