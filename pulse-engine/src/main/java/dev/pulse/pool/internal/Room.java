package dev.pulse.pool.internal;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** How many jobs of a worker run at once: those beyond wait in the order they came. Thread-safe. */
final class Room {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private int taken;
    private final SequencedSet<KeyWork> waiting = new LinkedHashSet<>();
    private final SequencedSet<KeyWork> granted = new LinkedHashSet<>();

    Room(int most) {
        this.most = most;
    }

    /** Takes a place for the job of a key; false when there is none: the key is told when its turn has come. */
    boolean take(KeyWork work) {
        if (most == Integer.MAX_VALUE) {
            return true;
        }
        lock.lock();
        try {
            if (granted.remove(work)) {
                return true;
            }
            if (taken < most && waiting.isEmpty()) {
                taken++;
                return true;
            }
            waiting.add(work);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Gives back the place of a job that was begun. */
    void give() {
        passOn(null);
    }

    /** The job of this key does not begin. */
    void cancel(KeyWork work) {
        passOn(work);
    }

    private void passOn(@Nullable KeyWork cancelled) {
        if (most == Integer.MAX_VALUE) {
            return;
        }
        KeyWork next = null;
        lock.lock();
        try {
            if (cancelled != null && (waiting.remove(cancelled) || !granted.remove(cancelled))) {
                return;
            }
            if (waiting.isEmpty()) {
                taken--;
            } else {
                next = waiting.removeFirst();
                granted.add(next);
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.wake();
        }
    }
}
