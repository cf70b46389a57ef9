package dev.pulse.pool.internal;

import dev.pulse.redis.Redis;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.Set;
import java.util.function.ToIntFunction;

/** The loops that one handle of a pool has from its opening to its end: they beat, and do what beats find. Thread-safe. */
final class PoolLoops {
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Heartbeat heartbeat;
    private final Upkeep upkeep;
    private final DueJobs dueJobs;

    /**
     * Begins to beat at once.
     *
     * @param rank how many nodes of a ring have their turn before this one
     * @param lookAgain has a beat come now; called by a loop, so perhaps before all this is made: then it does nothing
     */
    PoolLoops(
            String pool,
            Redis redis,
            Signals signals,
            PoolLife life,
            Answers answers,
            Cleaning cleaning,
            WorkerReports reports,
            Set<WorkerHandle> workers,
            ToIntFunction<Ring> rank,
            Runnable lookAgain) {
        Placing placing = new Placing(redis, reports);
        upkeep = new Upkeep(
                placing,
                new Sweeping(redis, pool, new Forwarding(redis, reports)),
                new DeadJobs(redis, pool, signals),
                rank,
                signals.loop("pool " + pool + " upkeep", false));
        dueJobs = new DueJobs(placing, rank, lookAgain, signals.loop("pool " + pool + " due jobs", false));
        PoolWatch watch = new PoolWatch(pool, redis, life, answers, upkeep, dueJobs, cleaning, workers);
        Beating beat = new Beating(life, answers, () -> workers);
        heartbeat = new Heartbeat(redis, pool, signals, beat, () -> workers, watch);
    }

    /** Has a beat come now. */
    void lookAgain() {
        heartbeat.wake();
    }

    /** Workers came or went. The first has to be known here before it joins. */
    void workersChanged() {
        heartbeat.workersChanged();
    }

    /** Ends all, by the deadline, by {@link System#nanoTime}, and within a second if they can; then the hard way. */
    void end(long deadline) {
        heartbeat.stop();
        upkeep.stop();
        dueJobs.stop();
        long soon = System.nanoTime() + LAST_WORDS.toNanos();
        boolean ended = false;
        try {
            ended = join(soon - deadline < 0 ? soon : deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            heartbeat.interrupt();
            upkeep.interrupt();
            dueJobs.interrupt();
            Deadlines.hardPhase(this::join);
        }
    }

    private boolean join(long deadline) throws InterruptedException {
        return heartbeat.join(deadline) && upkeep.join(deadline) && dueJobs.join(deadline);
    }
}
