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
    /** They are dispatched, and run. */
    private static final Pace MANY = new Pace(200, Duration.ofMillis(1), false);

    private static final int WORKERS = 4;
    /** How many times its share a join or a leave may move. */
    private static final double MOST_MOVED = 1.3;

    @Drill
    @Attacks(
            value = {P6, P7, P8, P17},
            by = Fault.F12)
    void whoeverDiesAtWhateverMomentLosesNoJob(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Random random = trial.random();
        try (PoolFleet fleet = fleet(trial, redis, prefix)) {
            // first: they have the first turn at what the dead leave behind
            List<Process> workers = new ArrayList<>(fleet.workers(2));
            PoolMember steady = fleet.member(Pulse.builder().uri(redis.uri()));
            steady.join();
            steady.load(BUSY, random.nextLong());
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(30);
                Process victim = fleet.process();
                fleet.awaitOpen(victim);
                switch (random.nextInt(4)) {
                    case 0 -> victim.tell("load " + CALLER + " " + random.nextLong());
                    case 1 -> victim.tell("join");
                    case 2 -> {
                        victim = replace(workers, victim);
                        victim.tell("leave");
                    }
                    default -> victim = replace(workers, victim);
                }
                trial.pause(Duration.ZERO, Duration.ofMillis(300));
                fleet.kill(victim);
                if (random.nextBoolean()) {
                    // whoever takes over from the dead dies, too, while it does
                    Process next = fleet.process();
                    trial.pause(LEASE, LEASE.plusMillis(500));
                    victim = replace(workers, next);
                    fleet.kill(victim);
                }
            }
            fleet.finish();
        }
    }

    /** Has one begin to work in the place of the one that is there the longest. */
    private static Process replace(List<Process> workers, Process next) {
        next.tell("join");
        workers.add(next);
        return workers.removeFirst();
    }

    @Drill
    @Attacks(
            value = {P6, P7},
            by = Fault.F10)
    void jobsFollowWorkersThatComeGoAndDie(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        Random random = trial.random();
        try (PoolFleet fleet = fleet(trial, redis, prefix)) {
            List<Process> workers = new ArrayList<>(fleet.workers(WORKERS));
            fleet.member(Pulse.builder().uri(redis.uri())).load(MANY, random.nextLong());
            fleet.awaitMoreAccepted(MANY.jobs());
            while (trial.goesOn()) {
                rollingRestart(fleet, workers);
                churn(trial, workers);
                for (Process victim : List.copyOf(workers.subList(1, WORKERS))) {
                    fleet.kill(victim);
                    workers.remove(victim);
                }
                fleet.awaitRest();
                if (trial.goesOn()) {
                    workers.addAll(fleet.workers(WORKERS - 1));
                }
            }
            fleet.finish();
        }
    }

    /** Each worker leaves, and comes back: what moves is its share, and not much more. */
    private static void rollingRestart(PoolFleet fleet, List<Process> workers) throws InterruptedException {
        fleet.awaitRest();
        long before = fleet.begun();
        for (Process worker : workers) {
            fleet.leave(worker);
            fleet.awaitRest();
            fleet.join(worker);
            fleet.awaitRest();
        }
        long share = MANY.jobs() / WORKERS;
        assertThat(fleet.begun() - before)
                .as("jobs moved by %d leaves and joins", 2 * WORKERS)
                .isBetween(share * WORKERS, Math.round(2 * WORKERS * share * MOST_MOVED));
    }

    /** Joins and leaves every half second, wherever the others are. */
    private static void churn(Trial trial, List<Process> workers) throws InterruptedException {
        for (int i = 0; i < WORKERS; i++) {
            Process worker = workers.get(1 + trial.random().nextInt(WORKERS - 1));
            worker.tell("leave");
            trial.pause(Duration.ofMillis(200), Duration.ofMillis(800));
            worker.tell("join");
            trial.pause(Duration.ZERO, Duration.ofMillis(500));
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
