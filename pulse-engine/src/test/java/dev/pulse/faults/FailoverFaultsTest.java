package dev.pulse.faults;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P15;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P4;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Step.Did;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisCluster;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.SentinelSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

/** Masters that are replaced, in every way there is, by Sentinel and in a cluster; slots that move. */
@RedisTest
class FailoverFaultsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration PACE = Duration.ofMillis(4);
    private static final Duration WORK = Duration.ofMillis(5);
    /** How far behind its master a replica may be. */
    private static final Duration UNREPLICATED = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11, P15},
            by = Fault.F05)
    void failoversCostOnlyWhatWasNotReplicated(Trial trial, Prefix prefix) throws InterruptedException {
        String name = prefix.name("s");
        try (SentinelSet sentinels = SentinelSet.start(directory);
                Fleet fleet = new Fleet(trial, () -> sentinels.master().uri(), name, "pulse:stream:" + name)) {
            load(fleet, sentinels.uri());
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                EmbeddedRedis master = sentinels.master();
                long begun = System.nanoTime();
                fleet.broken();
                switch (trial.random().nextInt(3)) {
                    case 0 -> {
                        sentinels.failOver();
                        // until then it takes what it can no longer hand on
                        sentinels.awaitReplica(master.port());
                    }
                    case 1 -> master.kill();
                    default -> master.pause();
                }
                sentinels.awaitMasterOtherThan(master.port());
                fleet.forgot(Did.EVENTS_LOST, since(begun).plus(UNREPLICATED));
                fleet.healed();
                fleet.awaitMoreHandled(30);
                sentinels.heal();
            }
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11, P15},
            by = Fault.F21)
    void aClusterThatChangesLosesOnlyWhatWasNotReplicated(Trial trial, Prefix prefix) throws InterruptedException {
        String name = prefix.name("s");
        String key = "pulse:stream:{" + name + "}";
        try (RedisCluster cluster = RedisCluster.start();
                Fleet fleet = new Fleet(trial, () -> cluster.primaryOf(key).uri(), name, key)) {
            load(fleet, cluster.uri());
            Random random = trial.random();
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                EmbeddedRedis primary = cluster.primaryOf(key);
                if (random.nextBoolean()) {
                    // nothing is broken by it: no event is lost, none comes twice
                    cluster.moveSlot(cluster.slot(key), primary, 1);
                    continue;
                }
                long begun = System.nanoTime();
                fleet.broken();
                if (random.nextBoolean()) {
                    primary.kill();
                } else {
                    primary.pause();
                }
                cluster.awaitPrimaryOtherThan(key, primary.port());
                fleet.forgot(Did.EVENTS_LOST, since(begun).plus(UNREPLICATED));
                fleet.healed();
                fleet.awaitMoreHandled(30);
                cluster.heal();
            }
            fleet.finish();
        }
    }

    private static void load(Fleet fleet, String uri) throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            fleet.member(way(uri)).handle(Handling.of("k", DEADLINE, 8, WORK).withSlowOnes());
        }
        fleet.member(way(uri)).read(Duration.ZERO);
        Member writer = fleet.member(way(uri));
        writer.add(PACE);
        writer.addOnce(PACE);
    }

    private static Pulse.Builder way(String uri) {
        return Pulse.builder().uri(uri).commandTimeout(Duration.ofSeconds(2));
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
