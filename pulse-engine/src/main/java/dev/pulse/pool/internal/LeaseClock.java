package dev.pulse.pool.internal;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Until when a worker holds its lease, by {@link System#nanoTime}. It ends here before it ends in Redis: it is counted from
 * before Redis was asked to renew it, and by a hundredth shorter, since clocks differ in speed. Thread-safe.
 */
final class LeaseClock {
    private static final int HUNDREDTHS = 99;
    /** Which part of a lease handlers have at most to stop in. */
    private static final int STOP_PARTS = 3;

    /**
     * @param begin when Redis was asked for it
     * @param fence from when on, without a newer renewal, nothing is begun and everything is stopped
     * @param deadline when the lease is over
     * @param stopNanos how long what is stopped has before it is interrupted
     */
    private record Span(long begin, long fence, long deadline, long stopNanos) {}

    /** Which part of a lease it may be late that it is looked at, on a machine that is busy. */
    private static final int LATE_PARTS = 10;

    private volatile Span span;
    /** When Redis was asked last to renew it. */
    private volatile long askedAt;
    /** Whether Redis was not asked when it was time to, for the worker did not read its inbox. */
    private volatile boolean leftOut;

    /** Begins with a lease that Redis was asked for at this moment. */
    LeaseClock(long askedAt, Duration lease, Duration stopTimeout) {
        this.askedAt = askedAt;
        this.span = span(askedAt, lease, stopTimeout);
    }

    private static Span span(long askedAt, Duration lease, Duration stopTimeout) {
        long deadline = askedAt + lease.toNanos() / 100 * HUNDREDTHS;
        long stopNanos = Math.min(stopTimeout.toNanos(), lease.toNanos() / STOP_PARTS);
        return new Span(askedAt, deadline - stopNanos, deadline, stopNanos);
    }

    /** Redis is asked to renew it. */
    void ask(long now) {
        askedAt = now;
        leftOut = false;
    }

    /** It is time to, and Redis is not asked: the inbox is not read. */
    void leaveOut() {
        leftOut = true;
    }

    /** Redis was asked to renew it at this moment, and has; it may be shorter than it was. */
    void renew(long askedAt, Duration lease, Duration stopTimeout) {
        span = span(askedAt, lease, stopTimeout);
    }

    /** It is over, as Redis says. */
    void end(long now) {
        Span known = span;
        span = new Span(known.begin, now, now, known.stopNanos);
    }

    /** Why it was not renewed in time, for people; when it is time to stop. */
    String whyNotRenewed(long now) {
        Span known = span;
        long late = now - known.fence;
        if (late > (known.deadline - known.begin) / LATE_PARTS) {
            return "this process stood still for " + inWords(late);
        }
        if (askedAt - known.begin > 0 && askedAt - known.fence < 0) {
            return "Redis did not answer for " + inWords(now - known.begin);
        }
        return leftOut
                ? "its inbox was not read in time"
                : "this process did not get round to it for " + inWords(now - known.begin);
    }

    private static Duration inWords(long nanos) {
        return Duration.ofNanos(nanos).truncatedTo(ChronoUnit.MILLIS);
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
