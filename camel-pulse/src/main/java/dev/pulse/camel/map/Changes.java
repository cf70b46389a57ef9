package dev.pulse.camel.map;

import dev.pulse.camel.Lease;
import dev.pulse.map.MapChange;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.Watch;
import dev.pulse.map.WatchOptions;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a map that one consumer sees, from its start to its stop. Each goes to the reading that is at work; while
 * none is, they wait, so a consumer that is suspended misses nothing: at worst, many changes of a key have become one. The
 * thread is the watch's. Thread-safe.
 */
final class Changes implements AutoCloseable {
    private final Lease<ReplicatedMap<byte[]>> map;
    private final Predicate<MapChange<?>> wished;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Watch watch;
    /* guarded by lock */
    private @Nullable MapReading current;
    private boolean closed;

    /** Closes the map at its end, and when there is none because the map cannot be followed. */
    Changes(Lease<ReplicatedMap<byte[]>> map, WatchOptions options, Predicate<MapChange<?>> wished) {
        this.map = map;
        this.wished = wished;
        try {
            this.watch = map.get().watch(options, this::take);
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    /** From now on changes go there, until it is stopped. */
    void goTo(MapReading reading) {
        lock.lock();
        try {
            current = reading;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void take(MapChange<byte[]> change) {
        if (!wished.test(change)) {
            return;
        }
        try {
            MapReading to = next(null);
            while (to != null && !to.pass(change)) {
                to = next(to);
            }
        } catch (InterruptedException e) {
            // closed; nobody is there for the change any more
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for another reading than this one; null when there will be none. */
    private @Nullable MapReading next(@Nullable MapReading stopped) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && (current == null || current.equals(stopped))) {
                moved.await();
            }
            return closed ? null : current;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        // the last reading has waited for what was in flight
        watch.close(Duration.ZERO);
        map.close();
    }
}
