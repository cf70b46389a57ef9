package dev.pulse.faults;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisCluster;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.SentinelSet;
import dev.pulse.wire.PoolKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

/** Masters below a pool that are replaced, in every way there is, by Sentinel and in a cluster; its slot that moves. */
@RedisTest
class PoolFailoverFaultsTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Pace BUSY = new Pace(40, Duration.ofMillis(10), true);
    private static final int WORKERS = 2;
    /** How far behind its master a replica may be. */
    private static final Duration UNREPLICATED = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    @Drill
    @Attacks(
            value = {P6, P7, P11},
            by = Fault.F05)
    void whatRunsOutlivesFailovers(Trial trial, Prefix prefix) throws InterruptedException {
        try (SentinelSet sentinels = SentinelSet.start(directory);
                PoolFleet fleet =
                        new PoolFleet(trial, () -> sentinels.master().uri(), new PoolTerms(prefix.name("p"), LEASE))) {
            load(fleet, sentinels.uri(), trial);
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
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
                fleet.forgot(since(begun).plus(UNREPLICATED));
                fleet.healed();
                fleet.awaitMoreAccepted(20);
                sentinels.heal();
            }
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P6, P7, P11},
            by = Fault.F21)
    void whatRunsOutlivesTheChangesOfACluster(Trial trial, Prefix prefix) throws InterruptedException {
        String name = prefix.name("p");
        String key = PoolKeys.pool(name);
        try (RedisCluster cluster = RedisCluster.start();
                PoolFleet fleet =
                        new PoolFleet(trial, () -> cluster.primaryOf(key).uri(), new PoolTerms(name, LEASE))) {
            load(fleet, cluster.uri(), trial);
            Random random = trial.random();
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
                EmbeddedRedis primary = cluster.primaryOf(key);
                if (random.nextBoolean()) {
                    // nothing is broken by it: no job is lost, none begins anew
                    cluster.moveSlot(cluster.slot(key), primary, 100);
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
                fleet.forgot(since(begun).plus(UNREPLICATED));
                fleet.healed();
                fleet.awaitMoreAccepted(20);
                cluster.heal();
            }
            fleet.finish();
        }
    }

    private static void load(PoolFleet fleet, String uri, Trial trial) throws InterruptedException {
        for (int i = 0; i < WORKERS; i++) {
            PoolMember member = fleet.member(Pulse.builder().uri(uri).commandTimeout(Duration.ofSeconds(2)));
            member.join();
            member.load(BUSY, trial.random().nextLong());
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
