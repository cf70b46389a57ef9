package dev.pulse.pool.internal;

import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the workers of one handle say of themselves: each thing is counted, logged in one line and told to the listener. */
final class WorkerReports {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerReports.class);

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    final LongAdder started = new LongAdder();
    final LongAdder failedStarts = new LongAdder();
    final LongAdder attempts = new LongAdder();
    final LongAdder done = new LongAdder();
    final LongAdder failedAttempts = new LongAdder();
    final LongAdder dead = new LongAdder();
    final LongAdder failedStops = new LongAdder();
    final LongAdder failedNotes = new LongAdder();
    final LongAdder failedMessages = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder lostLeases = new LongAdder();

    private final AtomicLong unsettledLoggedAt = new AtomicLong(System.nanoTime() - BETWEEN_LINES.toNanos());
    private final String pool;
    private final Signals signals;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private int hanging;
    private boolean closed;
    private @Nullable LoopSignal condition;

    WorkerReports(String pool, Signals signals) {
        this.pool = pool;
        this.signals = signals;
    }

    /** A worker is a member, or another one in the place of one that lost its lease. */
    void joined(String worker, String replaces) {
        LOG.info("pool={} worker={} state=joined replaces={}", pool, worker, replaces.isEmpty() ? "none" : replaces);
    }

    /** A worker gave away all it had. */
    void left(String worker) {
        LOG.info("pool={} worker={} state=left", pool, worker);
    }

    /** Redis has an older state than a worker has seen; it says again what it runs. */
    void rolledBack(String worker, int jobs) {
        LOG.warn("pool={} worker={} state=rolled-back jobs={}", pool, worker, jobs);
    }

    /** Redis lost the pool, and a worker has said what it runs. */
    void reasserted(String worker, int kept, int admitted, int lost) {
        LOG.warn("pool={} worker={} state=re-asserted kept={} admitted={} lost={}", pool, worker, kept, admitted, lost);
    }

    /** A worker lost its lease, or is about to. */
    void lost(String worker, int jobs, String cause) {
        lostLeases.increment();
        LOG.warn("pool={} worker={} state=lease-lost jobs={} cause=\"{}\"", pool, worker, jobs, cause);
        signals.emit(new PulseEvent.WorkerLost(pool, worker, jobs, cause));
    }

    /** The start of a job threw, or took too long. */
    void startFailed(JobHandle job, String cause, @Nullable Throwable thrown) {
        failedStarts.increment();
        failed(job, "start-failed", cause, thrown);
    }

    /** An attempt of a task failed. */
    void attemptFailed(JobHandle job, String cause, @Nullable Throwable thrown) {
        failedAttempts.increment();
        failed(job, "attempt-failed", cause, thrown);
    }

    /** A job was given up, for it has no attempt left, or can never be done. */
    void died(JobHandle job, int attempts, String cause) {
        dead.increment();
        LOG.warn(
                "pool={} worker={} key=\"{}\" id=\"{}\" state=dead attempts={} cause=\"{}\"",
                pool,
                job.worker(),
                job.key(),
                job.id(),
                attempts,
                cause);
        signals.emit(new PulseEvent.JobDead(pool, job.key(), job.id(), attempts, cause));
    }

    /** The stop of a job threw; it counts as stopped. */
    void stopFailed(JobHandle job, Throwable thrown) {
        failedStops.increment();
        failed(job, "stop-failed", thrown.toString(), thrown);
    }

    /** The stop of a job did not end in time, and threw when it was interrupted, as it should; it counts as stopped. */
    void stopInterrupted(JobHandle job, Throwable thrown) {
        failedStops.increment();
        // where is no news: all jobs of a worker are interrupted together
        failed(job, "stop-interrupted", "it did not end in time: " + thrown, null);
    }

    /** The handler threw what was sent to a job. */
    void noteFailed(JobHandle job, Throwable thrown) {
        failedNotes.increment();
        failed(job, "notification-failed", thrown.toString(), thrown);
    }

    /** The handler threw what was sent to a key. */
    void messageFailed(String worker, String key, String cause, @Nullable Throwable thrown) {
        failedMessages.increment();
        LOG.warn("pool={} worker={} key=\"{}\" state=message-failed cause=\"{}\"", pool, worker, key, cause, thrown);
    }

    private void failed(JobHandle job, String state, String cause, @Nullable Throwable thrown) {
        LOG.warn(
                "pool={} worker={} key=\"{}\" token={} state={} cause=\"{}\"",
                pool,
                job.worker(),
                job.key(),
                job.fencingToken(),
                state,
                cause,
                thrown);
        signals.emit(new PulseEvent.JobFailed(pool, job.key(), job.fencingToken(), cause));
    }

    /** A handler does not return although it was interrupted, or takes long to stop. */
    void hangs(JobHandle job, String what) {
        LOG.warn(
                "pool={} worker={} key=\"{}\" token={} state=hangs in={}",
                pool,
                job.worker(),
                job.key(),
                job.fencingToken(),
                what);
        // whoever is told finds it in the figures, and in health
        judge(1);
        signals.emit(new PulseEvent.JobHung(pool, job.key(), job.fencingToken(), what));
    }

    /** What hung has returned. */
    void returned(JobHandle job) {
        LOG.info(
                "pool={} worker={} key=\"{}\" token={} state=returned",
                pool,
                job.worker(),
                job.key(),
                job.fencingToken());
        judge(-1);
    }

    /** Shows in health while something hangs. */
    private void judge(int more) {
        lock.lock();
        try {
            hanging += more;
            if (closed) {
                return;
            }
            if (condition == null) {
                condition = signals.loop("pool " + pool + " handlers", false);
            }
            if (hanging > 0) {
                condition.warns(hanging + " calls of a worker's handler do not return");
            } else {
                condition.warns("");
                forgetCondition();
            }
        } finally {
            lock.unlock();
        }
    }

    private void forgetCondition() {
        if (condition != null) {
            condition.close();
            condition = null;
        }
    }

    /** How many calls do not return. */
    int hanging() {
        lock.lock();
        try {
            return hanging;
        } finally {
            lock.unlock();
        }
    }

    /** The worker is closed: what hangs is no condition of anything any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            forgetCondition();
        } finally {
            lock.unlock();
        }
    }

    /** An entry of an inbox is passed over for good. */
    void dropped(String worker, String entry, String cause) {
        dropped.increment();
        LOG.warn("pool={} worker={} entry={} state=dropped cause=\"{}\"", pool, worker, entry, cause);
        signals.emit(new PulseEvent.InboxEntryDropped(pool, worker, entry, cause));
    }

    /** What stood among what waits for a time was neither a job nor a message. */
    void droppedDue(int count, String first) {
        LOG.warn("pool={} state=dropped due={} first=\"{}\" cause=\"neither jobs nor messages\"", pool, count, first);
    }

    /** A job cannot be handed out, because somebody else's data is in one of its keys; it is looked at again and again. */
    void notPlaced(String key) {
        if (isTimeForALine()) {
            LOG.warn("pool={} key=\"{}\" state=not-handed-out cause=\"foreign data in its keys\"", pool, key);
        }
    }

    /** What was sent to a job comes after its end, as it may. */
    void cameTooLate(String worker, String key) {
        dropped.increment();
        LOG.info(
                "pool={} worker={} key=\"{}\" state=notification-dropped cause=\"its job has ended\"",
                pool,
                worker,
                key);
    }

    /** Redis did not take what was to be told it about a key; it is told again. */
    void unsettled(String key, PulseException cause) {
        if (cause instanceof RedisUnavailableException) {
            // the lane says so, once for all keys
            LOG.debug("pool={} key=\"{}\" state=unsettled", pool, key, cause);
        } else if (isTimeForALine()) {
            LOG.warn("pool={} key=\"{}\" state=unsettled cause=\"{}\"", pool, key, cause.getMessage());
        }
    }

    /** What hinders one key mostly hinders all. */
    private boolean isTimeForALine() {
        long now = System.nanoTime();
        long last = unsettledLoggedAt.get();
        return now - last >= BETWEEN_LINES.toNanos() && unsettledLoggedAt.compareAndSet(last, now);
    }

    /** A job cannot be given away, because somebody else's data is in one of its keys. */
    void broken(String worker, String key) {
        LOG.warn("pool={} worker={} key=\"{}\" state=not-moved cause=\"foreign data in its keys\"", pool, worker, key);
    }
}
