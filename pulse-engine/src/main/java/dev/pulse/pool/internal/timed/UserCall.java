package dev.pulse.pool.internal.timed;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Calls user code, one call at a time, and interrupts it only while it lasts. Thread-safe. */
final class UserCall {
    private final ReentrantLock lock = new ReentrantLock();
    /* written under the lock */
    private volatile @Nullable Thread thread;
    private volatile long began;

    <T> T call(Callable<T> body) throws Exception {
        set(Thread.currentThread());
        try {
            return body.call();
        } finally {
            set(null);
            // what was meant for the call is not meant for what comes after it
            Thread.interrupted();
        }
    }

    private void set(@Nullable Thread caller) {
        lock.lock();
        try {
            began = System.nanoTime();
            thread = caller;
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts the present call, if it is the one that is meant; no other begins while that is looked at. */
    void interruptIf(BooleanSupplier meant) {
        lock.lock();
        try {
            if (thread != null && meant.getAsBoolean()) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isUnderWay() {
        return thread != null;
    }

    /** For how long the present call has been under way; zero when none is. */
    Duration lasted() {
        return isUnderWay() ? Duration.ofNanos(System.nanoTime() - began) : Duration.ZERO;
    }

    boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }
}
