package dev.pulse.faults;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P15;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P4;

import dev.pulse.Pulse;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Passage;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.Random;

/** Everything that can happen on the way to a Redis that is well. */
@RedisTest
class ConnectionFaultsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration PACE = Duration.ofMillis(4);
    private static final Duration WORK = Duration.ofMillis(5);
    private static final Duration MOST = Duration.ofSeconds(1);
    private static final Duration MOST_IN_FULL = Duration.ofSeconds(6);

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11, P15},
            by = Fault.F06)
    void whateverHappensToConnectionsLosesNothing(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Fleet fleet = new Fleet(trial, redis.uri(), prefix.name("s"))) {
            Handling handling = Handling.of("k", DEADLINE, 8, WORK).withSlowOnes();
            for (int i = 0; i < 2; i++) {
                fleet.member(way(proxy)).handle(trial.random().nextBoolean() ? handling.withAcksByHand() : handling);
            }
            fleet.member(way(proxy)).read(Duration.ZERO);
            Member writer = fleet.member(way(proxy));
            writer.add(PACE);
            writer.addOnce(PACE);
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                fleet.broken();
                harm(proxy, trial, Trial.drillTime().isZero() ? MOST : MOST_IN_FULL);
                proxy.pass(Passage.free());
                proxy.heal();
                fleet.healed();
            }
            fleet.awaitMoreHandled(30);
            fleet.finish();
        }
    }

    /** Begins something, and lets it last for so long at most. */
    static void harm(FaultProxy proxy, Trial trial, Duration most) throws InterruptedException {
        Random random = trial.random();
        switch (random.nextInt(7)) {
            case 0 -> proxy.cut();
            case 1 -> proxy.silence();
            case 2 -> {
                for (int i = random.nextInt(10); i >= 0; i--) {
                    proxy.cut();
                    trial.pause(Duration.ZERO, Duration.ofMillis(100));
                    proxy.heal();
                    trial.pause(Duration.ZERO, Duration.ofMillis(100));
                }
            }
            case 3 -> proxy.pass(Passage.delayed(Duration.ofMillis(random.nextInt(300))));
            case 4 -> proxy.pass(Passage.trickling(200, Duration.ofMillis(1)));
            case 5 -> proxy.pass(Passage.splitAnywhere(new Random(random.nextLong())));
            default -> {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    if (random.nextBoolean()) {
                        proxy.loseReplies(1);
                    } else {
                        proxy.resetAfter(random.nextInt(500));
                    }
                    trial.pause(Duration.ZERO, Duration.ofMillis(50));
                }
            }
        }
        trial.pause(Duration.ZERO, most);
    }

    private static Pulse.Builder way(FaultProxy proxy) {
        return Pulse.builder()
                .uri(proxy.uri())
                .connectTimeout(Duration.ofSeconds(1))
                .commandTimeout(Duration.ofSeconds(1));
    }
}
