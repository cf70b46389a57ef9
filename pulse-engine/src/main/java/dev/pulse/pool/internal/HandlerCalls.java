package dev.pulse.pool.internal;

import dev.pulse.task.Watchdog;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The starts and stops that a worker's handler is at, and how long they may take: a start that takes too long is interrupted;
 * one that goes on all the same, and a stop that takes too long, hangs. Looked at by the watchdog. Thread-safe.
 */
final class HandlerCalls {
    /** How long an interrupted start has to return. */
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

    private final WorkerReports reports;
    private final Set<HandlerCall> underWay = ConcurrentHashMap.newKeySet();

    HandlerCalls(WorkerReports reports) {
        this.reports = reports;
    }

    /** One call, from just before the handler to just after it. */
    static final class HandlerCall {
        private final JobHandle job;
        private final String what;
        private final boolean interruptible;
        private volatile long due;
        private volatile boolean late;
        private volatile boolean hangs;

        private HandlerCall(JobHandle job, String what, boolean interruptible, long due) {
            this.job = job;
            this.what = what;
            this.interruptible = interruptible;
            this.due = due;
        }

        /** Whether it took longer than it may. */
        boolean isLate() {
            return late;
        }
    }

    HandlerCall starts(JobHandle job, Duration longest) {
        return begin(new HandlerCall(job, "start", true, System.nanoTime() + longest.toNanos()));
    }

    HandlerCall stops(JobHandle job, Duration longest) {
        return begin(new HandlerCall(job, "stop", false, System.nanoTime() + longest.toNanos()));
    }

    private HandlerCall begin(HandlerCall call) {
        underWay.add(call);
        Watchdog.lookBy(call.due);
        return call;
    }

    void end(HandlerCall call) {
        underWay.remove(call);
        if (call.hangs) {
            reports.returned(call.job);
        }
    }

    /** How many do not return. */
    long hanging() {
        return underWay.stream().filter(call -> call.hangs).count();
    }

    /** Does what is due; returns after how many nanoseconds to look again. */
    long look(long now) {
        long next = Long.MAX_VALUE;
        for (HandlerCall call : underWay) {
            if (!call.hangs && now - call.due >= 0) {
                overdue(call, now);
            }
            if (!call.hangs) {
                next = Math.min(next, call.due - now);
            }
        }
        return next;
    }

    private void overdue(HandlerCall call, long now) {
        if (call.interruptible && !call.late) {
            call.late = true;
            call.due = now + AFTER_INTERRUPT.toNanos();
            call.job.work().interrupt(call.job);
        } else {
            call.late = true;
            call.hangs = true;
            reports.hangs(call.job, call.what);
            call.job.life().moving().stopped(call.job);
        }
    }
}
