package dev.pulse.map;

import static dev.pulse.faults.Promise.P9;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisCluster;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Maps on a Redis Cluster: each in its slot, all heard over one connection, through the loss of primaries and moves. */
@RedisTest
class MapClusterTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().until(() -> cluster.pulseConnections().isEmpty());
    }

    private static Pulse.Builder builder() {
        return Pulse.builder().uri(cluster.uri()).commandTimeout(Duration.ofSeconds(10));
    }

    private static String content(Prefix prefix) {
        return "map:{" + prefix.name("m") + "}:content";
    }

    @PulseTest
    void mapsInManySlotsShareOneSubscription(Prefix prefix) throws InterruptedException {
        try (Pulse pulse = builder().connect();
                Pulse another = builder().connect()) {
            List<ReplicatedMap<String>> maps = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                maps.add(pulse.map(prefix.name("m" + i), Codecs.string()));
                another.map(prefix.name("m" + i), Codecs.string()).set("a", "" + i);
            }
            await().atMost(LONG)
                    .until(() -> maps.stream().allMatch(map -> ("" + maps.indexOf(map)).equals(map.get("a"))));
            assertThat(cluster.pulseConnections())
                    .filteredOn("pulse/pulse/maps"::equals)
                    .hasSize(2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pulse.map("a{", Codecs.string()))
                    .withMessageContaining("map name");
        }
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F21)
    void aPrimaryThatIsKilledOrPausedIsReplacedUnderLoad(Prefix prefix) throws InterruptedException {
        for (boolean killed : new boolean[] {true, false}) {
            try (MapPair pair = MapPair.start(builder(), prefix.name("m"))) {
                pair.awaitProgress();
                EmbeddedRedis primary = cluster.primaryOf(content(prefix));
                if (killed) {
                    primary.kill();
                } else {
                    primary.pause();
                }
                cluster.awaitPrimaryOtherThan(content(prefix), primary.port());
                pair.awaitProgress();
                cluster.heal();
                pair.awaitProgress();
                // what was not replicated is lost, as Redis has it
                pair.stopAndRequireAgreement(cluster.primaryOf(content(prefix)).port(), content(prefix), false);
            } finally {
                cluster.heal();
            }
        }
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F21)
    void aSlotIsMovedUnderLoadAndNothingIsLost(Prefix prefix) throws InterruptedException {
        try (MapPair pair = MapPair.start(builder(), prefix.name("m"))) {
            pair.awaitProgress();
            int slot = cluster.slot(content(prefix));
            EmbeddedRedis from = cluster.primaryOf(content(prefix));
            EmbeddedRedis to = cluster.primaryOtherThan(from);
            cluster.beginMove(slot, from, to);
            pair.awaitProgress();
            while (cluster.moveKeys(slot, from, to, 1)) {
                Thread.onSpinWait();
            }
            cluster.endMove(slot, to);
            pair.awaitProgress();
            pair.stopAndRequireAgreement(to.port(), content(prefix), true);
        } finally {
            cluster.heal();
        }
    }

    @PulseTest
    @Attacks(value = P9, by = Fault.F07)
    void aNodeThatOnlyCarriesTheSubscriptionIsReplaced(Prefix prefix) throws InterruptedException {
        try (MapPair pair = MapPair.start(builder(), prefix.name("m"))) {
            pair.awaitProgress();
            for (int port : subscribers()) {
                try (RespClient client = RespClient.connect(port)) {
                    client.call("CLIENT", "KILL", "TYPE", "pubsub");
                }
            }
            pair.awaitProgress();
            pair.stopAndRequireAgreement(cluster.primaryOf(content(prefix)).port(), content(prefix), true);
        }
    }

    private static List<Integer> subscribers() {
        return cluster.ports().stream()
                .filter(port -> {
                    try (RespClient client = RespClient.connect(port)) {
                        return client.text("CLIENT", "LIST").contains("/maps ");
                    }
                })
                .toList();
    }
}
