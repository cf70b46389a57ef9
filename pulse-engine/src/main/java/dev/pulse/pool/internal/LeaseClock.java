package dev.pulse.pool.internal;

import java.time.Duration;

/**
 * Until when a worker holds its lease, by {@link System#nanoTime}. It ends here before it ends in Redis: it is counted from
 * before Redis was asked to renew it, and by a hundredth shorter, since clocks differ in speed. Thread-safe.
 */
final class LeaseClock {
    private static final int HUNDREDTHS = 99;
    /** Which part of a lease handlers have at most to stop in. */
    private static final int STOP_PARTS = 3;

    /**
     * @param fence from when on, without a newer renewal, nothing is begun and everything is stopped
     * @param deadline when the lease is over
     * @param stopNanos how long what is stopped has before it is interrupted
     */
    private record Span(long fence, long deadline, long stopNanos) {}

    private volatile Span span;

    /** Begins with a lease that Redis was asked for at this moment. */
    LeaseClock(long askedAt, Duration lease, Duration stopTimeout) {
        span = span(askedAt, lease, stopTimeout);
    }

    private static Span span(long askedAt, Duration lease, Duration stopTimeout) {
        long deadline = askedAt + lease.toNanos() / 100 * HUNDREDTHS;
        long stopNanos = Math.min(stopTimeout.toNanos(), lease.toNanos() / STOP_PARTS);
        return new Span(deadline - stopNanos, deadline, stopNanos);
    }

    /** Redis was asked to renew it at this moment, and has; it may be shorter than it was. */
    void renew(long askedAt, Duration lease, Duration stopTimeout) {
        span = span(askedAt, lease, stopTimeout);
    }

    /** It is over, as Redis says. */
    void end(long now) {
        Span known = span;
        span = new Span(now, now, known.stopNanos);
    }

    /** Whether nobody else can have what this worker has. */
    boolean isLeased(long now) {
        return now - span.deadline < 0;
    }

    /** Nanoseconds until everything has to stop; not positive when that is past. */
    long untilFence(long now) {
        return span.fence - now;
    }

    /** When what is stopped from this moment on is interrupted: when the lease ends, or after a time if that is past. */
    long interruptAt(long now) {
        Span known = span;
        return now - known.deadline < 0 ? known.deadline : now + known.stopNanos;
    }
}
