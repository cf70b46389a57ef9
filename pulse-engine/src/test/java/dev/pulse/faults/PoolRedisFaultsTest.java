package dev.pulse.faults;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static dev.pulse.faults.Promise.P8;

import dev.pulse.Pulse;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;

/** A Redis below a pool that is restarted, loses what it had, or forgets scripts. */
@RedisTest
class PoolRedisFaultsTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Pace BUSY = new Pace(40, Duration.ofMillis(10), true);
    private static final int WORKERS = 2;

    @Drill
    @Attacks(
            value = {P6, P7, P8, P11, P17},
            by = Fault.F03)
    void restartsLoseNoJobThatRuns(Trial trial, Prefix prefix) throws InterruptedException {
        long begun = System.nanoTime();
        AppendOnly file = AppendOnly.values()[trial.random().nextInt(AppendOnly.values().length)];
        try (EmbeddedRedis redis = EmbeddedRedis.start(
                        EmbeddedRedisOptions.builder().appendOnly(file).build());
                PoolFleet fleet = load(trial, redis.uri(), prefix)) {
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
                trial.pause(Duration.ZERO, Duration.ofMillis(500));
                boolean crash = trial.random().nextBoolean();
                fleet.broken();
                long down = System.nanoTime();
                if (crash) {
                    redis.kill();
                    trial.pause(Duration.ZERO, Duration.ofSeconds(1));
                }
                redis.restart();
                if (file == AppendOnly.NONE) {
                    fleet.forgot(since(begun));
                } else if (file == AppendOnly.EVERY_SECOND && crash) {
                    fleet.forgot(since(down).plusSeconds(2));
                }
                fleet.healed();
            }
            fleet.awaitMoreAccepted(20);
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P6, P7, P11},
            by = Fault.F04)
    void whatRunsOutlivesTheLossOfAllState(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        long begun = System.nanoTime();
        try (PoolFleet fleet = load(trial, redis.uri(), prefix);
                RespClient raw = redis.client()) {
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
                trial.pause(Duration.ZERO, Duration.ofMillis(500));
                fleet.broken();
                raw.call("FLUSHALL");
                fleet.forgot(since(begun));
                fleet.healed();
            }
            fleet.awaitMoreAccepted(20);
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P6, P7, P8, P17},
            by = Fault.F08)
    void flushedScriptsAreNotVisible(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        try (PoolFleet fleet = load(trial, redis.uri(), prefix);
                RespClient raw = redis.client()) {
            while (trial.goesOn()) {
                raw.call("SCRIPT", "FLUSH");
                trial.pause(Duration.ZERO, Duration.ofMillis(100));
            }
            fleet.finish();
        }
    }

    /** Workers that dispatch, too. */
    private static PoolFleet load(Trial trial, String uri, Prefix prefix) throws InterruptedException {
        PoolFleet fleet = new PoolFleet(trial, () -> uri, new PoolTerms(prefix.name("p"), LEASE));
        for (int i = 0; i < WORKERS; i++) {
            PoolMember member = fleet.member(Pulse.builder().uri(uri).commandTimeout(Duration.ofSeconds(2)));
            member.join();
            member.load(BUSY, trial.random().nextLong());
        }
        return fleet;
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
