package dev.pulse.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Threads of a test, each with one job, and what they failed with. */
final class Crowd {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What one of them does. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Thread virtual(Job job) {
        return start(Thread.ofVirtual(), job);
    }

    Thread platform(Job job) {
        return start(Thread.ofPlatform().daemon(), job);
    }

    private Thread start(Thread.Builder builder, Job job) {
        Thread thread = builder.start(() -> {
            try {
                job.run();
            } catch (Throwable e) {
                failures.add(e);
            }
        });
        threads.add(thread);
        return thread;
    }

    List<Thread> threads() {
        return threads;
    }

    /** Waits until all have ended, and returns what they threw. */
    List<Throwable> join() throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                throw new AssertionError("a caller hangs: " + List.of(thread.getStackTrace()));
            }
        }
        return List.copyOf(failures);
    }
}
