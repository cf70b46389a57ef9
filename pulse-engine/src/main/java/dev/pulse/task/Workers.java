package dev.pulse.task;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs jobs in the order they come, on at most {@code limit} virtual threads at once; a thread ends when there is
 * nothing to do, so idle workers cost nothing. With a limit of 1, jobs run one after another. Thread-safe.
 */
public final class Workers {
    private final String name;
    private final int limit;
    private final Queue<Runnable> jobs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();

    public Workers(String name, int limit) {
        this.name = name;
        this.limit = limit;
    }

    /** Has the job run as soon as a thread is free. Jobs must not throw. */
    public void execute(Runnable job) {
        jobs.add(job);
        if (tryGrow()) {
            Tasks.start(name, this::work);
        }
    }

    /** Whether no job runs and none waits. */
    public boolean isIdle() {
        return running.get() == 0 && jobs.isEmpty();
    }

    private boolean tryGrow() {
        int now;
        do {
            now = running.get();
            if (now >= limit) {
                return false;
            }
        } while (!running.compareAndSet(now, now + 1));
        return true;
    }

    private void work() {
        while (true) {
            Runnable job = jobs.poll();
            if (job != null) {
                // a thread lost to a job that fails would be lost to all to come
                Tasks.runGuarded(job);
                // what was meant for that job is not meant for the next
                Thread.interrupted();
                continue;
            }
            running.decrementAndGet();
            // a job may have come between the look and the sign-off, when its giver found the threads all taken
            if (jobs.isEmpty() || !tryGrow()) {
                return;
            }
        }
    }
}
