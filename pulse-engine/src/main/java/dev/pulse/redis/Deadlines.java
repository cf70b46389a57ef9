package dev.pulse.redis;

import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Wakes the callers of a {@link Lane} whose deadline has passed: a virtual thread that looks at all of them now and then,
 * because a timed park of each takes about a third of what its call costs the processor. It rests while nobody waits.
 */
final class Deadlines {
    /** How exact it is, in parts of the time-out. */
    private static final int PARTS = 16;

    private static final Duration FINEST = Duration.ofMillis(1);
    private static final Duration COARSEST = Duration.ofMillis(100);

    private final Iterable<Call> queued;
    private final Iterable<Call> underWay;
    private final BooleanSupplier nobodyWaits;
    private final long pauseNanos;
    private final Thread thread;
    private volatile boolean rests;
    private volatile boolean closed;

    /**
     * Starts its thread.
     *
     * @param queued may change while it is looked at
     * @param underWay may change while it is looked at
     * @param nobodyWaits true only when both are empty
     * @param timeout how long calls usually take at most
     */
    Deadlines(
            String name,
            Iterable<Call> queued,
            Iterable<Call> underWay,
            BooleanSupplier nobodyWaits,
            Duration timeout) {
        this.queued = queued;
        this.underWay = underWay;
        this.nobodyWaits = nobodyWaits;
        this.pauseNanos = Math.clamp(timeout.toNanos() / PARTS, FINEST.toNanos(), COARSEST.toNanos());
        this.thread = Tasks.start("deadlines of " + name, this::run);
    }

    /** Somebody waits from now on. */
    void watch() {
        if (rests) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            if (nobodyWaits.getAsBoolean()) {
                rests = true;
                // looked at again, for who came before the flag was set has not woken it
                if (nobodyWaits.getAsBoolean() && !closed) {
                    LockSupport.park(this);
                }
                rests = false;
            }
            LockSupport.parkNanos(this, pauseNanos);
            long now = System.nanoTime();
            queued.forEach(call -> call.wakeCallerAfterDeadline(now));
            underWay.forEach(call -> call.wakeCallerAfterDeadline(now));
        }
    }

    /** Ends it when nobody waits any more. */
    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
