package dev.pulse.faults;

import static dev.pulse.faults.Promise.P16;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.pool.PoolInvariants;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Pools that are shut down under load, again and again, while some of their members are cut off, and wake up later. */
@RedisTest
class EndedPoolsTest {
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Pace BUSY = new Pace(30, Duration.ofMillis(5), true);

    @Drill
    @Attacks(
            value = {P6, P8, P16},
            by = Fault.F06)
    void nothingOfAnIncarnationReachesTheNext(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        String name = prefix.name("p");
        List<PoolKeys> ended = new ArrayList<>();
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                RespClient raw = redis.client();
                PoolFleet fleet = new PoolFleet(trial, redis::uri, new PoolTerms(name, LEASE))) {
            while (trial.goesOn()) {
                PoolMember well = member(fleet, redis.uri(), trial);
                member(fleet, proxy.uri(), trial);
                fleet.awaitMoreAccepted(30);
                ended.add(PoolRecord.keys(raw, name));
                // what it says from now on is said to the next incarnation
                proxy.silence();
                trial.pause(Duration.ZERO, Duration.ofMillis(300));
                await().atMost(LONG).until(() -> isShutDown(well));
                PoolMember next = member(fleet, redis.uri(), trial);
                fleet.awaitMoreAccepted(30);
                proxy.heal();
                fleet.awaitMoreAccepted(30);
                // on a busy machine it may have lost its lease just now, and stand beside who replaces it
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(next.pool().workers()).hasSize(1));
                ended.add(PoolRecord.keys(raw, name));
                await().atMost(LONG).until(() -> isShutDown(next));
            }
            member(fleet, redis.uri(), trial);
            fleet.awaitMoreAccepted(30);
            fleet.finish();
            for (PoolKeys keys : ended) {
                new PoolInvariants(raw, keys).checkEnded();
            }
            assertThat(ended).extracting(PoolKeys::incarnation).isSorted().doesNotHaveDuplicates();
        }
    }

    private static PoolMember member(PoolFleet fleet, String uri, Trial trial) throws InterruptedException {
        PoolMember member = fleet.member(Pulse.builder().uri(uri));
        member.join();
        member.load(BUSY, trial.random().nextLong());
        return member;
    }

    private static boolean isShutDown(PoolMember member) throws InterruptedException {
        try {
            return member.shutDown(LONG);
        } catch (PulseException e) {
            return false;
        }
    }
}
