package dev.pulse.pool.internal;

import dev.pulse.pool.internal.Beating.Finding;
import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.redis.Redis;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this handle known in its pool: beats six times per lease, and every 2 s at least, and has what Redis says of the pool
 * acted on. While the handle has workers a {@link LeaseBeat} beats, so that nothing delays it, and the newest that it found is
 * acted on here; a handle without does both in one turn. Thread-safe.
 */
final class Heartbeat {
    private static final Duration IDLE = Duration.ofHours(1);

    private final Redis redis;
    private final String pool;
    private final Signals signals;
    private final Beating beating;
    private final Supplier<? extends Collection<WorkerHandle>> workers;
    private final Findings findings;
    private final AtomicReference<@Nullable Finding> newest = new AtomicReference<>();
    private final Recurring loop;
    private final ReentrantLock lock = new ReentrantLock();
    /* written under the lock */
    private volatile @Nullable LeaseBeat leases;
    private boolean stopped;

    /** Who acts on what a beat found; it may take its time. */
    interface Findings {
        /** The pool as it is. */
        void found(PoolIncarnation at, Alive pool) throws InterruptedException;

        /** The incarnation is no more: it was shut down, or Redis lost it. */
        void gone(PoolIncarnation incarnation) throws InterruptedException;
    }

    /** Begins to beat at once. */
    Heartbeat(
            Redis redis,
            String pool,
            Signals signals,
            Beating beating,
            Supplier<? extends Collection<WorkerHandle>> workers,
            Findings findings) {
        this.redis = redis;
        this.pool = pool;
        this.signals = signals;
        this.beating = beating;
        this.workers = workers;
        this.findings = findings;
        this.loop = Recurring.start(loop(""), this::turn);
    }

    private LoopSignal loop(String duty) {
        return signals.loop("pool " + pool + duty, false);
    }

    /** Workers came or went; told before the first one joins, since its lease begins then. */
    void workersChanged() {
        lock.lock();
        try {
            LeaseBeat known = leases;
            boolean beats = known != null && !known.isStopped();
            boolean wanted = !stopped && !workers.get().isEmpty();
            if (wanted && !beats) {
                leases = new LeaseBeat(beating, redis.connection("pool-beat"), this::heard, loop(" leases"));
            } else if (known != null && beats && !wanted) {
                known.stop();
                loop.wake();
            }
        } finally {
            lock.unlock();
        }
    }

    private void heard(Finding found) {
        newest.set(found);
        loop.wake();
    }

    private Duration turn() throws InterruptedException {
        LeaseBeat beats = leases;
        if (beats == null || beats.isStopped()) {
            Finding found = beating.beat(longest -> redis.until(System.nanoTime() + longest.toNanos()));
            // where it is gone there may be another
            return act(found) ? found.untilNext() : Duration.ZERO;
        }
        Finding found = newest.get();
        if (found != null) {
            if (!act(found)) {
                beats.wake();
            }
            // only now: what fails is tried again
            newest.compareAndSet(found, null);
        }
        return IDLE;
    }

    /** Whether there is such an incarnation. */
    private boolean act(Finding found) throws InterruptedException {
        switch (found.said()) {
            case Alive alive -> findings.found(found.at(), alive);
            case Gone gone -> findings.gone(found.at());
        }
        return found.said() instanceof Alive;
    }

    /** Has the next beat come now. */
    void wake() {
        LeaseBeat beats = leases;
        if (beats == null || beats.isStopped()) {
            loop.wake();
        } else {
            beats.wake();
        }
    }

    void stop() {
        loop.stop();
        lock.lock();
        try {
            stopped = true;
            if (leases != null) {
                leases.stop();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean join(long deadline) throws InterruptedException {
        LeaseBeat last = leases;
        return loop.join(deadline) && (last == null || last.join(deadline));
    }

    /** Ends what acts; what beats ends with its connection. */
    void interrupt() {
        loop.interrupt();
    }
}
