package dev.pulse.pool.internal;

import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.task.Watchdog;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a worker's handler is at, and how long that may take: a start that takes too long is interrupted; one that goes on all
 * the same, a stop that takes too long, and a task that takes too long to end when it is to, hang. Looked at by the watchdog.
 * Thread-safe.
 */
final class HandlerCalls {
    /** How long an interrupted start has to return. */
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

    private final WorkerLife life;
    private final Set<Call> underWay = ConcurrentHashMap.newKeySet();

    HandlerCalls(WorkerLife life) {
        this.life = life;
    }

    /** What a handler does. */
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    /**
     * How a call ended.
     *
     * @param thrown what the handler threw
     * @param late whether it took longer than it may
     */
    record Returned(@Nullable Throwable thrown, boolean late) {}

    private enum Kind {
        START,
        STOP,
        RUN,
        DELIVERY
    }

    /** One call, from just before the handler to just after it. */
    private static final class Call {
        private final KeyWork work;
        private final @Nullable JobHandle job;
        private final Kind kind;
        /** Whether it may take as long as it likes: a task, until it is to end. */
        private volatile boolean endless;

        private volatile long due;
        private volatile boolean late;
        private volatile boolean hangs;
        private final AtomicBoolean told = new AtomicBoolean();

        private Call(KeyWork work, @Nullable JobHandle job, Kind kind, Duration longest) {
            this.work = work;
            this.job = job;
            this.kind = kind;
            this.endless = kind == Kind.RUN;
            this.due = System.nanoTime() + longest.toNanos();
        }

        private boolean isRunToEnd() {
            return kind == Kind.RUN && job != null && job.end() != null;
        }
    }

    /** Has a job begun; interrupted when that takes too long. */
    Returned start(JobHandle job, Duration longest, Body body) {
        return run(new Call(job.work(), job, Kind.START, longest), body);
    }

    /** Has a job ended; takes as long as it takes. */
    Returned stop(JobHandle job, Duration longest, Body body) {
        return run(new Call(job.work(), job, Kind.STOP, longest), body);
    }

    /** Has a task done; takes as long as it takes. Returns what the handler threw. */
    @Nullable
    Throwable run(JobHandle job, Body body) {
        return run(new Call(job.work(), job, Kind.RUN, Duration.ZERO), body).thrown();
    }

    /** Hands over what was sent to a key; takes as long as it takes. Returns what the handler threw. */
    @Nullable
    Throwable deliver(KeyWork work, Body body) {
        return run(new Call(work, null, Kind.DELIVERY, Duration.ZERO), body).thrown();
    }

    private Returned run(Call call, Body body) {
        underWay.add(call);
        if (call.job != null && !call.endless) {
            Watchdog.lookBy(call.due);
        }
        try {
            call.work.call(life, () -> {
                if (life.isCut() || call.isRunToEnd()) {
                    Thread.currentThread().interrupt();
                }
                body.run();
                return true;
            });
            return new Returned(null, call.late);
        } catch (Throwable e) {
            // whatever a handler throws, an error of its own included, must not end the thread
            return new Returned(e, call.late);
        } finally {
            underWay.remove(call);
            returned(call);
            if (!life.isAtWork()) {
                Watchdog.lookBy(System.nanoTime());
            }
        }
    }

    /** Whether the handler is called by nobody. */
    boolean isIdle() {
        return underWay.isEmpty();
    }

    /** Interrupts what is handed over; what is called for a job is interrupted as that, whoever called it. */
    void interruptDeliveries() {
        underWay.stream().filter(call -> call.kind == Kind.DELIVERY).forEach(call -> call.work.interrupt(life));
    }

    /** Does what is due; returns after how many nanoseconds to look again. */
    long look(long now) {
        long next = Long.MAX_VALUE;
        for (Call call : underWay) {
            if (call.endless && call.isRunToEnd()) {
                call.endless = false;
                call.due = now + life.pool().settings().stopTimeout().toNanos();
            }
            if (call.job != null && !call.hangs && !call.endless) {
                if (now - call.due >= 0) {
                    overdue(call, call.job, now);
                }
                next = Math.min(next, call.hangs ? Long.MAX_VALUE : call.due - now);
            }
        }
        return next;
    }

    private void overdue(Call call, JobHandle job, long now) {
        if (call.kind == Kind.START && !call.late) {
            call.late = true;
            call.due = now + AFTER_INTERRUPT.toNanos();
            job.work().interrupt(job, Phase.STARTING);
        } else {
            hangs(call, job);
        }
    }

    private void hangs(Call call, JobHandle job) {
        call.late = true;
        call.hangs = true;
        life.reports().hangs(job, call.kind.name().toLowerCase(Locale.ROOT));
        // another life of the worker may have taken it over meanwhile
        job.life().moving().stopped(job);
        if (!underWay.contains(call)) {
            // it has returned just now, and did not know that it was waited for
            returned(call);
        }
    }

    private void returned(Call call) {
        if (call.hangs && call.job != null && call.told.compareAndSet(false, true)) {
            life.reports().returned(call.job);
        }
    }
}
