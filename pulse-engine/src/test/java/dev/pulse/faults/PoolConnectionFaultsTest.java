package dev.pulse.faults;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static dev.pulse.faults.Promise.P8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.Pulse;
import dev.pulse.faults.JobStep.Did;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Passage;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can happen to a pool on the way to a Redis that is well, and when that is slow. */
@RedisTest
class PoolConnectionFaultsTest {
    private static final Duration LEASE = Duration.ofMillis(1_500);
    private static final Duration LONG_LEASE = Duration.ofSeconds(6);
    private static final Pace BUSY = new Pace(40, Duration.ofMillis(10), true);
    private static final Pace STEADY = new Pace(100, Duration.ofMillis(5), false);

    @Drill
    @Attacks(
            value = {P6, P7, P8, P11, P17},
            by = Fault.F06)
    void whateverHappensToConnectionsLosesNoJob(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        List<FaultProxy> proxies = new ArrayList<>();
        try (PoolFleet fleet = fleet(trial, redis, prefix, LEASE)) {
            for (int i = 0; i < 3; i++) {
                FaultProxy proxy = FaultProxy.to(redis.uri());
                proxies.add(proxy);
                PoolMember member = fleet.member(way(proxy));
                if (i > 0) {
                    member.join();
                }
                member.load(BUSY, trial.random().nextLong());
            }
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
                FaultProxy proxy = proxies.get(trial.random().nextInt(proxies.size()));
                fleet.broken();
                // longer than a lease now and then, so that others take over, and what was held up comes late
                ConnectionFaultsTest.harm(proxy, trial, LEASE.multipliedBy(2));
                proxy.pass(Passage.free());
                proxy.heal();
                fleet.healed();
            }
            fleet.awaitMoreAccepted(20);
            fleet.finish();
        } finally {
            proxies.forEach(FaultProxy::close);
        }
    }

    @Drill
    @Attacks(
            value = {P6, P7},
            by = Fault.F09)
    void whoIsSlowerThanItsLeaseOnlyByHalfIsNotSwept(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                RespClient raw = redis.client();
                PoolFleet fleet = fleet(trial, redis, prefix, LONG_LEASE)) {
            for (int i = 0; i < 2; i++) {
                PoolMember member = fleet.member(Pulse.builder().uri(proxy.uri()));
                member.join();
                member.load(STEADY, trial.random().nextLong());
            }
            while (trial.goesOn()) {
                proxy.pass(Passage.delayed(Duration.ofMillis(trial.random().nextInt(100))));
                // long enough for a beat, and for connections to be made again
                trial.pause(Duration.ofMillis(800), Duration.ofMillis(1_200));
                double seconds = LONG_LEASE.toMillis() / 1e3 * trial.random().nextDouble(0.3);
                raw.call("DEBUG", "SLEEP", Double.toString(seconds));
            }
            proxy.pass(Passage.free());
            fleet.finish();
            assertThat(fleet.steps()).anyMatch(step -> step.did() == Did.ACCEPTED);
            assertThat(fleet.steps().stream().filter(step -> step.did() == Did.LOST))
                    .isEmpty();
        }
    }

    @Drill
    @Attacks(
            value = {P6, P7, P8, P11, P17},
            by = Fault.F09)
    void aRedisThatStandsStillForMoreThanALeaseLosesNoJob(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (RespClient raw = redis.client();
                PoolFleet fleet = fleet(trial, redis, prefix, LEASE)) {
            for (int i = 0; i < 2; i++) {
                PoolMember member =
                        fleet.member(Pulse.builder().uri(redis.uri()).commandTimeout(Duration.ofSeconds(1)));
                member.join();
                member.load(BUSY, trial.random().nextLong());
            }
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
                fleet.broken();
                double seconds = LEASE.toMillis() / 1e3 * trial.random().nextDouble(0.5, 2);
                raw.timeout(LEASE.multipliedBy(10)).call("DEBUG", "SLEEP", Double.toString(seconds));
                fleet.healed();
            }
            fleet.awaitMoreAccepted(20);
            fleet.finish();
        }
    }

    private static PoolFleet fleet(Trial trial, TestRedis redis, Prefix prefix, Duration lease) {
        return new PoolFleet(trial, redis::uri, new PoolTerms(prefix.name("p"), lease));
    }

    private static Pulse.Builder way(FaultProxy proxy) {
        return Pulse.builder()
                .uri(proxy.uri())
                .connectTimeout(Duration.ofSeconds(1))
                .commandTimeout(Duration.ofSeconds(1));
    }
}
