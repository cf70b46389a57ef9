package dev.pulse.map;

import static dev.pulse.faults.Promise.P9;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.SentinelSet;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A master fails over while two replicas of a map are written: both follow the new one, and agree with it. */
@RedisTest
@Attacks(value = P9, by = Fault.F05)
class MapSentinelTest {
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

    private static MapPair start(Prefix prefix) throws InterruptedException {
        return MapPair.start(
                Pulse.builder().uri(sentinels.uri()).commandTimeout(Duration.ofSeconds(10)), prefix.name("m"));
    }

    private static void requireAgreement(MapPair pair, Prefix prefix) throws InterruptedException {
        pair.awaitProgress();
        // what was not replicated is lost, as Redis has it
        pair.stopAndRequireAgreement(sentinels.masterPort(), "map:" + prefix.name("m") + ":content", false);
    }

    @PulseTest
    void aFailOverByCommandIsFollowed(Prefix prefix) throws InterruptedException {
        try (MapPair pair = start(prefix)) {
            pair.awaitProgress();
            int old = sentinels.masterPort();
            sentinels.failOver();
            sentinels.awaitMasterOtherThan(old);
            sentinels.awaitReplica(old);
            requireAgreement(pair, prefix);
        } finally {
            sentinels.heal();
        }
    }

    @PulseTest
    void aMasterThatIsKilledOrPausedIsLeft(Prefix prefix) throws InterruptedException {
        for (boolean killed : new boolean[] {true, false}) {
            try (MapPair pair = start(prefix)) {
                pair.awaitProgress();
                EmbeddedRedis master = sentinels.master();
                if (killed) {
                    master.kill();
                } else {
                    master.pause();
                }
                sentinels.awaitMasterOtherThan(master.port());
                requireAgreement(pair, prefix);
            } finally {
                sentinels.heal();
            }
        }
    }
}
