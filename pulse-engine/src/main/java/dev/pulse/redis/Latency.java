package dev.pulse.redis;

import dev.pulse.PulseFigures;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How long calls take, counted by size in two windows: the present one, of up to a minute, and the one before. One call in
 * a millisecond is measured at most, so that many callers do not meet here. Thread-safe.
 */
final class Latency {
    private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);
    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(1);
    /** Each power of two has four sizes. */
    private static final int STEPS_BITS = 2;

    private static final int SIZES = Long.SIZE << STEPS_BITS;
    private static final long NOT_MEASURED = 0;

    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private Window present = new Window();
    private Window before = new Window();
    private long presentBegan = System.nanoTime();
    /** Read and written without the lock: that two measure at once does no harm. */
    private volatile long lastBegin = presentBegan - BETWEEN;

    private static final class Window {
        private final long[] counts = new long[SIZES];
        private long total;
        private long longest;
    }

    /** Before a call; what it returns belongs to {@link #end} after it. */
    long begin() {
        long now = System.nanoTime();
        if (now - lastBegin < BETWEEN) {
            return NOT_MEASURED;
        }
        lastBegin = now;
        return now == NOT_MEASURED ? 1 : now;
    }

    /** After a call that was answered. */
    void end(long begin) {
        if (begin != NOT_MEASURED) {
            long now = System.nanoTime();
            add(now - begin, now);
        }
    }

    void add(long nanos, long now) {
        lock.lock();
        try {
            turnOver(now);
            present.counts[size(nanos)]++;
            present.total++;
            present.longest = Math.max(present.longest, nanos);
        } finally {
            lock.unlock();
        }
    }

    /** What was measured in the last minute or two before this moment, by {@link System#nanoTime}. */
    PulseFigures figures(long now) {
        lock.lock();
        try {
            turnOver(now);
            long longest = Math.max(present.longest, before.longest);
            return new PulseFigures(
                    present.total + before.total,
                    noLongerThan(50, longest),
                    noLongerThan(99, longest),
                    Duration.ofNanos(longest));
        } finally {
            lock.unlock();
        }
    }

    private void turnOver(long now) {
        if (now - presentBegan >= WINDOW) {
            before = now - presentBegan < 2 * WINDOW ? present : new Window();
            present = new Window();
            presentBegan = now;
        }
    }

    private Duration noLongerThan(int percent, long longest) {
        long rank = Math.ceilDiv((present.total + before.total) * percent, 100);
        long counted = 0;
        for (int size = 0; size < SIZES && rank > 0; size++) {
            counted += present.counts[size] + before.counts[size];
            if (counted >= rank) {
                return Duration.ofNanos(Math.min(longest, largest(size)));
            }
        }
        return Duration.ZERO;
    }

    private static int size(long nanos) {
        long counted = Math.max(1L << STEPS_BITS, nanos);
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(counted);
        int step = (int) (counted >>> (power - STEPS_BITS)) & ((1 << STEPS_BITS) - 1);
        return power << STEPS_BITS | step;
    }

    /** The most nanoseconds that count as this size. */
    private static long largest(int size) {
        int power = size >>> STEPS_BITS;
        long step = size & ((1 << STEPS_BITS) - 1);
        return (((1L << STEPS_BITS) + step + 1) << (power - STEPS_BITS)) - 1;
    }
}
