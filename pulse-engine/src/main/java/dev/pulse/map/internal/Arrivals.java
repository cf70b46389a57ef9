package dev.pulse.map.internal;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Where callers wait until a replica has a revision. A snapshot that was begun after a wait, and so after the write that
 * it is about, ends it too, whatever its revision: it holds the write, or what took its place. Thread-safe.
 */
final class Arrivals {
    private final LongSupplier replica;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock; the size is looked at without */
    private final PriorityQueue<Wait> waits = new PriorityQueue<>(Comparator.comparingLong(Wait::revision));
    private volatile int waiting;
    private volatile boolean ended;
    private volatile long snapshotsBegun;

    private record Wait(long revision, long snapshotsBefore, CountDownLatch over) {}

    /**
     * For one replica.
     *
     * @param replica its revision
     */
    Arrivals(LongSupplier replica) {
        this.replica = replica;
    }

    /**
     * Waits for that long at most.
     *
     * @return whether the replica has it; false when waiting was ended
     */
    boolean await(long revision, Duration longest) throws InterruptedException {
        Wait wait = add(revision);
        // looked at after the wait is known, for a change that came just before has ended no wait
        if (replica.getAsLong() >= revision) {
            remove(wait);
            return true;
        }
        return await(wait, longest);
    }

    /** Waits for a snapshot that begins after this call. */
    boolean awaitSnapshot(Runnable ask, Duration longest) throws InterruptedException {
        Wait wait = add(Long.MAX_VALUE);
        ask.run();
        return await(wait, longest);
    }

    private boolean await(Wait wait, Duration longest) throws InterruptedException {
        try {
            return !ended && wait.over().await(longest.toNanos(), TimeUnit.NANOSECONDS) && !ended;
        } finally {
            remove(wait);
        }
    }

    /** The replica follows no further: nobody is to wait, now or later. */
    void end() {
        lock.lock();
        try {
            ended = true;
            waits.forEach(wait -> wait.over().countDown());
        } finally {
            lock.unlock();
        }
    }

    private Wait add(long revision) {
        lock.lock();
        try {
            Wait wait = new Wait(revision, snapshotsBegun, new CountDownLatch(1));
            waits.add(wait);
            waiting = waits.size();
            return wait;
        } finally {
            lock.unlock();
        }
    }

    private void remove(Wait wait) {
        lock.lock();
        try {
            waits.remove(wait);
            waiting = waits.size();
        } finally {
            lock.unlock();
        }
    }

    /** The replica has this revision, whichever key it changed. */
    void applied(long revision) {
        if (waiting == 0) {
            return;
        }
        lock.lock();
        try {
            for (Wait next = waits.peek(); next != null && next.revision() <= revision; next = waits.peek()) {
                waits.remove().over().countDown();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A snapshot is about to be taken, by the one thread that does that; returns its number. */
    long snapshotBegins() {
        lock.lock();
        try {
            return ++snapshotsBegun;
        } finally {
            lock.unlock();
        }
    }

    /** The replica has this snapshot, of this revision. */
    void snapshotApplied(long number, long revision) {
        lock.lock();
        try {
            waits.removeIf(wait -> {
                boolean over = wait.snapshotsBefore() < number || wait.revision() <= revision;
                if (over) {
                    wait.over().countDown();
                }
                return over;
            });
        } finally {
            lock.unlock();
        }
    }
}
