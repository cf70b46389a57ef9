package dev.pulse.faults;

import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static dev.pulse.faults.Promise.P8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.Pulse;
import dev.pulse.faults.PoolFleet.Process;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Workers that come, go, die and stand still, and callers that die. */
@RedisTest
class WorkerFaultsTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    /** Jobs come and go all the time. */
    private static final Pace BUSY = new Pace(60, Duration.ofMillis(10), true);

    private static final Pace CALLER = new Pace(20, Duration.ofMillis(5), true);
    private static final int JOBS = 200;

    @Drill
    @Attacks(
            value = {P6, P7, P8, P17},
            by = Fault.F12)
    void whoeverDiesAtWhateverMomentLosesNoJob(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Random random = trial.random();
        try (PoolFleet fleet = fleet(trial, redis, prefix)) {
            PoolMember steady = fleet.member(Pulse.builder().uri(redis.uri()));
            steady.join();
            steady.load(BUSY, random.nextLong());
            List<Process> spare = new ArrayList<>(List.of(fleet.process(), fleet.process()));
            List<Process> workers = new ArrayList<>(fleet.workers(2));
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(30);
                Process victim = spare.removeFirst();
                spare.add(fleet.process());
                switch (random.nextInt(4)) {
                    case 0 -> victim.tell("load " + CALLER + " " + random.nextLong());
                    case 1 -> victim.tell("join");
                    case 2 -> {
                        workers.add(victim);
                        victim.tell("join");
                        victim = workers.removeFirst();
                        victim.tell("leave");
                    }
                    default -> {
                        workers.add(victim);
                        victim.tell("join");
                        victim = workers.removeFirst();
                    }
                }
                trial.pause(Duration.ZERO, Duration.ofMillis(400));
                fleet.kill(victim);
                if (random.nextBoolean()) {
                    // whoever takes over from the dead dies, too, while it does
                    trial.pause(LEASE, LEASE.plusMillis(500));
                    fleet.kill(workers.removeFirst());
                    workers.add(spare.removeFirst());
                    fleet.join(workers.getLast());
                    spare.add(fleet.process());
                }
            }
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P6, P7, P8, P17},
            by = Fault.F11)
    void aWorkerThatStoodStillStopsItsJobsWhenItWakes(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (PoolFleet fleet = fleet(trial, redis, prefix)) {
            PoolMember steady = fleet.member(Pulse.builder().uri(redis.uri()));
            steady.join();
            List<Process> workers = fleet.workers(2);
            steady.load(BUSY, trial.random().nextLong());
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(30);
                Process victim = workers.get(trial.random().nextInt(2));
                fleet.pause(victim);
                trial.pause(LEASE.multipliedBy(3), LEASE.multipliedBy(3).plusMillis(500));
                fleet.resume(victim);
            }
            fleet.awaitMoreAccepted(30);
            fleet.finish();
        }
    }

    private static PoolFleet fleet(Trial trial, TestRedis redis, Prefix prefix) {
        return new PoolFleet(trial, redis::uri, new PoolTerms(prefix.name("p"), LEASE));
    }
}
