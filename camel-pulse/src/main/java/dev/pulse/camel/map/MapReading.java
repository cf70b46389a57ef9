package dev.pulse.camel.map;

import dev.pulse.camel.Reading;
import dev.pulse.map.MapChange;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of consuming a map. Changes come one after another on the thread of the watch, which stays with each until
 * its exchange is complete. Thread-safe.
 */
final class MapReading implements Reading {
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

    private final Changes changes;
    private final Route route;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    /* guarded by lock */
    private boolean stopped;
    private @Nullable Thread working;

    /** Takes a change through the route. */
    @FunctionalInterface
    interface Route {
        /** Returns when its exchange is complete. */
        void pass(MapChange<byte[]> change) throws InterruptedException;
    }

    MapReading(Changes changes, Route route) {
        this.changes = changes;
        this.route = route;
    }

    @Override
    public void begin() {
        changes.goTo(this);
    }

    /** Returns when the exchange of this change is complete; false if it was not begun, for this is stopped. */
    boolean pass(MapChange<byte[]> change) {
        lock.lock();
        try {
            if (stopped) {
                return false;
            }
            working = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        try {
            route.pass(change);
        } catch (InterruptedException e) {
            // the watch knows whether that was meant for it
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                working = null;
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            stopped = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int inFlight() {
        lock.lock();
        try {
            return working == null ? 0 : 1;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close(Duration drain) {
        stop();
        boolean callerInterrupted = false;
        lock.lock();
        try {
            callerInterrupted = !becomesIdle(drain) && interrupt();
        } catch (InterruptedException e) {
            interrupt();
            callerInterrupted = true;
        } finally {
            lock.unlock();
        }
        if (callerInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The hard way to end what is in flight; whether the caller was interrupted meanwhile. Holds the lock. */
    private boolean interrupt() {
        Thread worker = working;
        if (worker == null) {
            return false;
        }
        worker.interrupt();
        try {
            becomesIdle(AFTER_INTERRUPT);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private boolean becomesIdle(Duration longest) throws InterruptedException {
        if (Thread.currentThread().equals(working)) {
            // the route stops itself: it is not waited for
            return true;
        }
        long left = longest.toNanos();
        while (working != null && left > 0) {
            left = idle.awaitNanos(left);
        }
        return working == null;
    }
}
