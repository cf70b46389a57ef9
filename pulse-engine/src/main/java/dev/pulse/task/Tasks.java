package dev.pulse.task;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Starts every thread of the engine: virtual but for one, named, and known while it lives. Thread-safe. */
public final class Tasks {
    private static final Set<Thread> LIVE = ConcurrentHashMap.newKeySet();

    private Tasks() {}

    /** Starts a virtual thread of this name. What {@code body} throws is a defect and goes to the thread's handler. */
    public static Thread start(String name, Runnable body) {
        return start(name, body, Thread.ofVirtual());
    }

    /** The same on a daemon thread of the platform, which runs however busy the carriers of virtual threads are. */
    static Thread startPlatform(String name, Runnable body) {
        return start(name, body, Thread.ofPlatform().daemon());
    }

    private static Thread start(String name, Runnable body, Thread.Builder kind) {
        Thread thread = kind.name("pulse " + name).unstarted(() -> {
            try {
                body.run();
            } finally {
                LIVE.remove(Thread.currentThread());
            }
        });
        LIVE.add(thread);
        thread.start();
        return thread;
    }

    /** Runs what must not throw; where it does, the thread lives on and its handler is told of the defect. */
    static void runGuarded(Runnable body) {
        try {
            body.run();
        } catch (RuntimeException | Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    /** Sleeps, for waits that nothing but an interrupt can end earlier. */
    public static void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }

    /** The names of all threads of all engines in this process that have not ended; tests check that none is left. */
    public static List<String> live() {
        return LIVE.stream().map(Thread::getName).sorted().toList();
    }

    /**
     * Waits for a thread until the deadline, by {@link System#nanoTime}; does not wait for the calling thread itself.
     *
     * @return whether it has ended
     */
    public static boolean join(Thread thread, long deadline) throws InterruptedException {
        if (thread == Thread.currentThread()) {
            return false;
        }
        long left = deadline - System.nanoTime();
        return left > 0 ? thread.join(Duration.ofNanos(left)) : !thread.isAlive();
    }
}
