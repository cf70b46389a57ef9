package dev.pulse.jmh;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Virtual threads that share out a fixed number of operations. One benchmark thread starts them and waits: a thousand
 * benchmark threads would each be timed by a clock of its own, on two cores.
 */
final class Callers {
    /** Operations of one invocation, by all callers together, if not said otherwise. */
    static final int OPERATIONS = 32_000;

    @FunctionalInterface
    interface Operation {
        Object run() throws Exception;
    }

    private Callers() {}

    static void run(int callers, Operation operation) throws InterruptedException {
        run(callers, OPERATIONS, operation);
    }

    /** So many operations, which the callers share out evenly. */
    static void run(int callers, int operations, Operation operation) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(callers);
        AtomicReference<Exception> failure = new AtomicReference<>();
        for (int caller = 0; caller < callers; caller++) {
            int first = caller;
            Thread.startVirtualThread(() -> {
                try {
                    for (int i = first; i < operations; i += callers) {
                        operation.run();
                    }
                } catch (Exception e) {
                    failure.compareAndSet(null, e);
                } finally {
                    done.countDown();
                }
            });
        }
        done.await();
        if (failure.get() != null) {
            throw new IllegalStateException("an operation failed", failure.get());
        }
    }
}
