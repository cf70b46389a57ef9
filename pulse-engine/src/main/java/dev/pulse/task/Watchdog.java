package dev.pulse.task;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what must not be late although user code keeps all carriers of virtual threads busy: one platform thread for
 * the whole process, which lives while there is something to look at. Thread-safe.
 */
public final class Watchdog {
    /** Something to look at now and then. */
    @FunctionalInterface
    public interface Watched {
        /**
         * Does what is due; must not block.
         *
         * @param now by {@link System#nanoTime}
         * @return after how many nanoseconds to look again at the latest
         */
        long look(long now);
    }

    private static final long LONGEST_REST = Duration.ofMinutes(1).toNanos();

    private static final Set<Watched> ALL = ConcurrentHashMap.newKeySet();
    private static final ReentrantLock LOCK = new ReentrantLock();
    /* written under the lock */
    private static volatile @Nullable Thread thread;
    private static volatile long nextLook;

    private Watchdog() {}

    /** Looks at it at once, and from now on. */
    public static void add(Watched watched) {
        LOCK.lock();
        try {
            ALL.add(watched);
            if (thread == null) {
                thread = Tasks.startPlatform("watchdog", Watchdog::run);
            } else {
                LockSupport.unpark(thread);
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** A look that has begun may still end. */
    public static void remove(Watched watched) {
        LOCK.lock();
        try {
            ALL.remove(watched);
            if (ALL.isEmpty()) {
                LockSupport.unpark(thread);
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** Has it look by this moment, by {@link System#nanoTime}; costs next to nothing where it was going to anyway. */
    public static void lookBy(long moment) {
        if (moment - nextLook < 0) {
            LockSupport.unpark(thread);
        }
    }

    private static void run() {
        while (!isOver()) {
            long now = System.nanoTime();
            // whoever says while it looks that it is to look again wakes it
            nextLook = now + LONGEST_REST;
            long rest = LONGEST_REST;
            for (Watched watched : ALL) {
                rest = Math.min(rest, look(watched, now));
            }
            nextLook = now + rest;
            LockSupport.parkNanos(Watchdog.class, rest - (System.nanoTime() - now));
        }
    }

    private static long look(Watched watched, long now) {
        long[] rest = {LONGEST_REST};
        Tasks.runGuarded(() -> rest[0] = watched.look(now));
        return rest[0];
    }

    private static boolean isOver() {
        LOCK.lock();
        try {
            if (!ALL.isEmpty()) {
                return false;
            }
            thread = null;
            return true;
        } finally {
            LOCK.unlock();
        }
    }
}
