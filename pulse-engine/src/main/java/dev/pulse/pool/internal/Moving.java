package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.task.Backoff;
import dev.pulse.task.Batcher;
import dev.pulse.task.Tasks;
import dev.pulse.task.Workers;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives away the jobs of a worker that belong to others by now: each is stopped first, then released, assigned and delivered
 * in one script, up to 100 together. A job of which nothing runs needs no stop. Thread-safe.
 */
final class Moving {
    /** How many jobs are stopped at once to be moved, so that the others go on working meanwhile. */
    private static final int MOST_STOPS = 64;

    private final WorkerLife life;
    private final Workers walker;
    private final AtomicBoolean toWalk = new AtomicBoolean();
    private final Queue<JobHandle> candidates = new ConcurrentLinkedQueue<>();
    private final Semaphore places = new Semaphore(MOST_STOPS);
    /** Those that have a place. */
    private final Set<JobHandle> stopping = ConcurrentHashMap.newKeySet();

    private final Batcher<JobHandle> batches;

    Moving(WorkerLife life) {
        this.life = life;
        this.walker = new Workers(life.threadName("moves"), 1);
        this.batches = new Batcher<>(life.threadName("move"), PlacementScripts.MOST, this::move);
    }

    /** The ring has changed, or this worker leaves it. */
    void look() {
        if (toWalk.compareAndSet(false, true)) {
            walker.execute(this::walk);
        }
    }

    private void walk() {
        toWalk.set(false);
        for (JobHandle job : life.jobs()) {
            if (isToMove(job)) {
                candidates.add(job);
            }
        }
        advance();
    }

    /** A task that runs stays where it is until it ends. */
    private boolean isToMove(JobHandle job) {
        return job.end() == null && job.phase() != JobHandle.Phase.AT_WORK && !life.isOwner(job.key());
    }

    private void advance() {
        while (!candidates.isEmpty() && places.tryAcquire()) {
            JobHandle job = candidates.poll();
            if (job == null || !isToMove(job)) {
                places.release();
                continue;
            }
            stopping.add(job);
            if (!job.work().end(job, End.MOVE)) {
                leavePlace(job);
            }
        }
    }

    private void leavePlace(JobHandle job) {
        if (stopping.remove(job)) {
            places.release();
        }
    }

    /** It is no longer this worker's, or its stop takes so long that the others are not to wait for it. */
    void stopped(JobHandle job) {
        leavePlace(job);
        advance();
    }

    /** Nothing of it runs: gives it away. */
    void add(JobHandle job) {
        stopped(job);
        batches.add(job);
    }

    private void move(List<JobHandle> jobs) {
        Backoff backoff = Settling.backoff();
        try {
            while (life.isAtWork() && !isMoved(jobs, backoff)) {
                // with the ring that is known by now
            }
        } catch (InterruptedException e) {
            // the thread ends with its batch; what is left is swept
            Thread.currentThread().interrupt();
        }
        if (!life.isPoolLost()) {
            jobs.forEach(life::disown);
        }
    }

    /** Tries once; false when it is to be tried again. */
    private boolean isMoved(List<JobHandle> jobs, Backoff backoff) throws InterruptedException {
        PoolIncarnation pool = life.pool();
        Ring ring = pool.ring();
        List<PlacementScripts.Moving> moves =
                jobs.stream().map(job -> moving(job, ring)).toList();
        try {
            switch (pool.placement().move(pool.redis(), ring.version(), life.id(), moves)) {
                case PlacementScripts.Placed placed -> reportBroken(jobs, placed);
                case RingChanged changed -> {
                    pool.learn(changed);
                    return false;
                }
                case Gone gone -> {
                    // whoever comes after this life admits them anew
                    life.poolGone();
                    Tasks.sleep(backoff.next());
                    return false;
                }
                case PlacementScripts.NotSwept other -> throw unexpected(other);
                case PlacementScripts.Hold other -> throw unexpected(other);
                case Closing other -> throw unexpected(other);
            }
            return true;
        } catch (PulseException e) {
            life.reports().unsettled(jobs.getFirst().key(), e);
            if (e instanceof RedisUnavailableException && life.isLeaving()) {
                life.fence("it was left while Redis was away");
            } else {
                Tasks.sleep(backoff.next());
            }
            return false;
        }
    }

    private static PlacementScripts.Moving moving(JobHandle job, Ring ring) {
        return new PlacementScripts.Moving(
                job.key(),
                job.id(),
                job.fencingToken(),
                job.entry(),
                job.held().client(),
                ring.ownerOf(job.key()).orElse(""));
    }

    private void reportBroken(List<JobHandle> jobs, PlacementScripts.Placed placed) {
        for (int i = 0; i < jobs.size(); i++) {
            if (placed.jobs().get(i).kind() == PlacementScripts.Placement.Kind.BROKEN) {
                life.reports().broken(life.id(), jobs.get(i).key());
            }
        }
    }

    private static IllegalStateException unexpected(PlacementScripts.Batch reply) {
        return new IllegalStateException("move was answered " + reply);
    }
}
