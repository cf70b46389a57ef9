package dev.pulse.pool.internal;

import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Signals;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the workers of one handle say of themselves: each thing is counted, logged in one line and told to the listener. */
final class WorkerReports {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerReports.class);

    final LongAdder failedStarts = new LongAdder();
    final LongAdder failedStops = new LongAdder();
    final LongAdder failedNotes = new LongAdder();
    final LongAdder failedMessages = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder lostLeases = new LongAdder();

    private final String pool;
    private final Signals signals;

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

    /** The stop of a job threw; it counts as stopped. */
    void stopFailed(JobHandle job, Throwable thrown) {
        failedStops.increment();
        failed(job, "stop-failed", thrown.toString(), thrown);
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
    }

    /** An entry of an inbox is passed over for good. */
    void dropped(String worker, String entry, String cause) {
        dropped.increment();
        LOG.warn("pool={} worker={} entry={} state=dropped cause=\"{}\"", pool, worker, entry, cause);
        signals.emit(new PulseEvent.EntryDropped(pool, entry, cause));
    }

    /** Redis did not take what was to be told it about a key; it is told again. */
    void unsettled(String key, PulseException cause) {
        if (cause instanceof RedisUnavailableException) {
            // the lane says so, once for all keys
            LOG.debug("pool={} key=\"{}\" state=unsettled", pool, key, cause);
        } else {
            LOG.warn("pool={} key=\"{}\" state=unsettled cause=\"{}\"", pool, key, cause.getMessage());
        }
    }

    /** A job cannot be given away, because somebody else's data is in one of its keys. */
    void broken(String worker, String key) {
        LOG.warn("pool={} worker={} key=\"{}\" state=not-moved cause=\"foreign data in its keys\"", pool, worker, key);
    }
}
