package dev.pulse.task;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Starts every thread of the engine: virtual unless said otherwise, named, and known while it lives. Thread-safe. */
public final class Tasks {
    private static final Set<Thread> LIVE = ConcurrentHashMap.newKeySet();

    private Tasks() {}

    /** Starts a virtual thread of this name. What {@code body} throws is a defect and goes to the thread's handler. */
    public static Thread start(String name, Runnable body) {
        return start(Thread.ofVirtual(), name, body);
    }

    /** The same on a daemon thread of the platform, which runs however busy the carriers of virtual threads are. */
    static Thread startPlatform(String name, Runnable body) {
        return start(Thread.ofPlatform().daemon(), name, body);
    }

    private static Thread start(Thread.Builder kind, String name, Runnable body) {
        Thread thread = kind.name("pulse " + name).unstarted(() -> {
            try {
                body.run();
            } finally {
                LIVE.remove(Thread.currentThread());
            }
        });
        LIVE.add(thread);
        try {
            thread.start();
        } catch (Error e) {
            // the system has no more of the kind; it is tried again and again
            LIVE.remove(thread);
            throw e;
        }
        return thread;
    }

    /**
     * Runs the body on a platform thread of this name, and waits for its end. For reading from a socket what comes one by
     * one and is waited for: a virtual thread is woken by way of others that wait on the sockets of all of them, which takes
     * several times as long. What the body throws is thrown here.
     *
     * @throws InterruptedException when interrupted; the body is not, for that would not end its read: closing its socket
     *     does
     */
    public static void runOnPlatformThread(String name, Runnable body) throws InterruptedException {
        FutureTask<?> task = new FutureTask<>(body, null);
        start(Thread.ofPlatform().daemon(), name, task);
        get(task);
    }

    /** Waits for what another thread comes to; what it throws is thrown here, and must not be a checked exception. */
    public static <T extends @Nullable Object> T get(Future<T> result) throws InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e);
            }
        }
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
