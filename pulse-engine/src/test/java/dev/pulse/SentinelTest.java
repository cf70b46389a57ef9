package dev.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.SentinelProcess;
import dev.pulse.stream.EventStream;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.SentinelSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisSentinelClient;

@RedisTest
class SentinelTest {
    private static final Duration RECOVERY = Duration.ofSeconds(5);

    @TempDir
    static Path directory;

    private static SentinelSet sentinels;

    @BeforeAll
    static void start() throws InterruptedException {
        sentinels = SentinelSet.start(directory);
    }

    @AfterAll
    static void close() {
        sentinels.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().until(() -> sentinels.pulseConnections().isEmpty());
    }

    @PulseTest
    void theSnippetOfTheReadmeConnects(Prefix prefix) throws InterruptedException {
        String hosts = sentinels.uri().replaceAll(".*//|/.*", "");
        try (Pulse pulse = ConnectingSnippets.overSentinels(hosts, SentinelSet.MASTER)) {
            pulse.stream(prefix.name("s")).add("e", new byte[0]);
        }
    }

    @PulseTest
    void aFailOverByCommandIsFollowed(Prefix prefix) throws InterruptedException {
        try (Traffic traffic = Traffic.start(Pulse.builder().uri(sentinels.uri()), prefix.name("s"))) {
            traffic.awaitProgress(Duration.ofSeconds(2));
            int old = sentinels.masterPort();
            sentinels.failOver();
            sentinels.awaitMasterOtherThan(old);
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            // a replica that had all of it was promoted, so what it added meanwhile is all that can be doubted
            traffic.stopAndRequireAllHandled();
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    void aKilledMasterCostsOnlyWhatWasNotReplicated(Prefix prefix) throws InterruptedException {
        try (Traffic traffic = Traffic.start(Pulse.builder().uri(sentinels.uri()), prefix.name("s"))) {
            traffic.awaitProgress(Duration.ofSeconds(2));
            EmbeddedRedis master = sentinels.master();
            master.kill();
            sentinels.awaitMasterOtherThan(master.port());
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            traffic.stopAndRequireAllHandledThatIsIn(sentinels.masterPort());
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    void aPausedMasterIsLeftThoughItsConnectionsStayOpen(Prefix prefix) throws InterruptedException {
        // no reply would be missed for a minute
        Pulse.Builder patient = Pulse.builder().uri(sentinels.uri()).commandTimeout(Duration.ofMinutes(1));
        try (Traffic traffic = Traffic.start(patient, prefix.name("s"))) {
            traffic.awaitProgress(Duration.ofSeconds(2));
            EmbeddedRedis master = sentinels.master();
            master.pause();
            sentinels.awaitMasterOtherThan(master.port());
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            master.resume();
            traffic.awaitProgress(RECOVERY);
            traffic.stopAndRequireAllHandledThatIsIn(sentinels.masterPort());
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    void aSentinelClientOfTheUsersIsFollowedToo(Prefix prefix) throws InterruptedException {
        Set<HostAndPort> addresses = sentinels.sentinels().stream()
                .map(sentinel -> new HostAndPort("127.0.0.1", sentinel.port()))
                .collect(Collectors.toSet());
        try (RedisSentinelClient client = RedisSentinelClient.builder()
                        .masterName(SentinelSet.MASTER)
                        .sentinels(addresses)
                        .build();
                Traffic traffic = Traffic.start(Pulse.builder().client(client), prefix.name("s"))) {
            traffic.awaitProgress(Duration.ofSeconds(2));
            EmbeddedRedis master = sentinels.master();
            master.kill();
            sentinels.awaitMasterOtherThan(master.port());
            traffic.awaitProgress(RECOVERY);
            traffic.stopAndRequireAllHandledThatIsIn(sentinels.masterPort());
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    void oneSentinelThatAnswersIsEnough(Prefix prefix) throws InterruptedException {
        SentinelProcess first = sentinels.sentinels().getFirst();
        first.pause();
        try (Pulse pulse = Pulse.builder()
                .uri(sentinels.uri())
                .connectTimeout(Duration.ofMillis(200))
                .connect()) {
            EventStream<byte[]> stream = pulse.stream(prefix.name("s"));
            assertThat(stream.add("e", new byte[0])).isNotNull();
        } finally {
            first.resume();
        }
    }

    @PulseTest
    void aMasterThatNoSentinelKnowsIsToldAtOnce() {
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> Pulse.connect(sentinels.uri().replace("mymaster", "other")))
                .withMessageContaining("no sentinel tells where master \"other\" is")
                .withMessageContaining("knows no master \"other\"");
        assertThatExceptionOfType(RedisUnavailableException.class)
                .isThrownBy(() -> Pulse.connect("redis-sentinel://127.0.0.1:1,127.0.0.1:2/?master=m"))
                .withMessageContaining("no sentinel tells where master \"m\" is")
                .withMessageContaining("127.0.0.1:1");
    }
}
