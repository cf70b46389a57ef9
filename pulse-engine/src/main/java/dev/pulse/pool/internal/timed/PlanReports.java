package dev.pulse.pool.internal.timed;

import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.pool.ScheduleFigures;
import dev.pulse.task.Signals;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts, logs and tells what becomes of the plans of one schedule on one node. Thread-safe. */
final class PlanReports {
    private static final Logger LOG = LoggerFactory.getLogger("dev.pulse");

    private final String pool;
    private final String schedule;
    private final Signals signals;

    private final LongAdder planned = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final LongAdder failedItems = new LongAdder();

    PlanReports(String pool, String schedule, Signals signals) {
        this.pool = pool;
        this.schedule = schedule;
        this.signals = signals;
    }

    void planned() {
        planned.increment();
    }

    /** The planner threw. */
    void planFailed(long due, Throwable thrown) {
        failed.increment();
        LOG.warn("pool={} schedule=\"{}\" due={} state=not-planned cause=\"{}\"", pool, schedule, due, thrown, thrown);
        signals.emit(new PulseEvent.PlanFailed(pool, schedule, due, thrown.toString()));
    }

    /** Somebody else has planned meanwhile, or does. */
    void planLost(long due) {
        lost.increment();
        String cause = "the claim was lost: another node plans";
        LOG.warn("pool={} schedule=\"{}\" due={} state=plan-lost cause=\"{}\"", pool, schedule, due, cause);
        signals.emit(new PulseEvent.PlanFailed(pool, schedule, due, cause));
    }

    void done() {
        done.increment();
    }

    /** A job could not be started or stopped, or what an entry is for is not known. */
    void failed(long due, String key, RuntimeException cause) {
        failedItems.increment();
        LOG.warn(
                "pool={} schedule=\"{}\" due={} key=\"{}\" state=failed cause=\"{}\"",
                pool,
                schedule,
                due,
                key,
                cause.getMessage());
        signals.emit(new PulseEvent.PlanItemFailed(pool, schedule, due, key, String.valueOf(cause.getMessage())));
    }

    /** Redis refuses what a plan needs; it is tried again until there is another plan. */
    void refused(long due, PulseException cause) {
        LOG.warn("pool={} schedule=\"{}\" due={} state=refused cause=\"{}\"", pool, schedule, due, cause.getMessage());
    }

    /** It takes longer than a call may; it is waited for. */
    void late(String key, PulseException cause) {
        LOG.debug("pool={} schedule=\"{}\" key=\"{}\" state=late", pool, schedule, key, cause);
    }

    ScheduleFigures figures(int open) {
        return new ScheduleFigures(planned.sum(), failed.sum(), lost.sum(), done.sum(), failedItems.sum(), open);
    }
}
