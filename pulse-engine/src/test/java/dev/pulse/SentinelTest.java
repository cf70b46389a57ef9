package dev.pulse;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.SentinelProcess;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.SentinelSet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
    /** What is promised, and what a busy machine may add. */
    private static final Duration RECOVERY = Duration.ofSeconds(5 + 10);

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

    private static String key(Prefix prefix) {
        return "pulse:stream:" + prefix.name("s");
    }

    /** The last event that each replica of this master has. */
    private static Map<Integer, EventId> replicated(int master, Prefix prefix) {
        return sentinels.portsOtherThan(master).stream()
                .collect(Collectors.toMap(port -> port, port -> Traffic.lastIn(port, key(prefix))));
    }

    /** What the new master had by then is there, and all that the old one did not add before its end. */
    private static void requireOnlyTheTailLost(
            Traffic traffic, Prefix prefix, Map<Integer, EventId> replicated, Instant over)
            throws InterruptedException {
        int master = sentinels.masterPort();
        Traffic.Loss loss = new Traffic.Loss(requireNonNull(replicated.get(master)), over);
        traffic.stopAndRequireOnlyLost(name -> master, name -> key(prefix), Map.of(prefix.name("s"), loss));
    }

    @PulseTest
    void theSnippetOfTheReadmeConnects(Prefix prefix) throws InterruptedException {
        String hosts = sentinels.uri().replaceAll(".*//|/.*", "");
        try (Pulse pulse = ConnectingSnippets.overSentinels(hosts, SentinelSet.MASTER)) {
            pulse.stream(prefix.name("s")).add("e", new byte[0]);
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F05)
    void aFailOverByCommandIsFollowed(Prefix prefix) throws InterruptedException {
        try (Traffic traffic = Traffic.start(Pulse.builder().uri(sentinels.uri()), prefix.name("s"))) {
            traffic.awaitProgress(RECOVERY);
            int old = sentinels.masterPort();
            Map<Integer, EventId> replicated = replicated(old, prefix);
            sentinels.failOver();
            sentinels.awaitMasterOtherThan(old);
            sentinels.awaitReplica(old);
            Instant over = Instant.now();
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            requireOnlyTheTailLost(traffic, prefix, replicated, over);
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F05)
    void aKilledMasterCostsOnlyWhatWasNotReplicated(Prefix prefix) throws InterruptedException {
        try (Traffic traffic = Traffic.start(Pulse.builder().uri(sentinels.uri()), prefix.name("s"))) {
            traffic.awaitProgress(RECOVERY);
            EmbeddedRedis master = sentinels.master();
            master.kill();
            Instant over = Instant.now();
            Map<Integer, EventId> replicated = replicated(master.port(), prefix);
            sentinels.awaitMasterOtherThan(master.port());
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            requireOnlyTheTailLost(traffic, prefix, replicated, over);
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F05)
    void aPausedMasterIsLeftThoughItsConnectionsStayOpen(Prefix prefix) throws InterruptedException {
        // no reply would be missed for a minute
        Pulse.Builder patient = Pulse.builder().uri(sentinels.uri()).commandTimeout(Duration.ofMinutes(1));
        try (Traffic traffic = Traffic.start(patient, prefix.name("s"))) {
            traffic.awaitProgress(RECOVERY);
            EmbeddedRedis master = sentinels.master();
            master.pause();
            Instant over = Instant.now();
            Map<Integer, EventId> replicated = replicated(master.port(), prefix);
            sentinels.awaitMasterOtherThan(master.port());
            traffic.awaitProgress(RECOVERY);
            traffic.requireUp(RECOVERY);
            master.resume();
            traffic.awaitProgress(RECOVERY);
            requireOnlyTheTailLost(traffic, prefix, replicated, over);
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    @Attacks(
            value = {P1, P11},
            by = Fault.F05)
    void aSentinelClientOfTheUsersIsFollowedToo(Prefix prefix) throws InterruptedException {
        Set<HostAndPort> addresses = sentinels.sentinels().stream()
                .map(sentinel -> new HostAndPort("127.0.0.1", sentinel.port()))
                .collect(Collectors.toSet());
        try (RedisSentinelClient client = RedisSentinelClient.builder()
                        .masterName(SentinelSet.MASTER)
                        .sentinels(addresses)
                        .build();
                Traffic traffic = Traffic.start(Pulse.builder().client(client), prefix.name("s"))) {
            traffic.awaitProgress(RECOVERY);
            EmbeddedRedis master = sentinels.master();
            master.kill();
            Instant over = Instant.now();
            Map<Integer, EventId> replicated = replicated(master.port(), prefix);
            sentinels.awaitMasterOtherThan(master.port());
            traffic.awaitProgress(RECOVERY);
            requireOnlyTheTailLost(traffic, prefix, replicated, over);
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
                .connectTimeout(Duration.ofSeconds(1))
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
