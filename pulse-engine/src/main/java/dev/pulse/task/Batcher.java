package dev.pulse.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Collects items and hands them on in batches, one batch at a time, on a virtual thread that lives only while there is
 * something to hand on. Between two batches it yields once, so that more can gather. Thread-safe.
 */
public final class Batcher<T> {
    private final String name;
    private final int most;
    private final Consumer<List<T>> action;
    private final Queue<T> items = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();

    /**
     * @param most how many items a batch has at most
     * @param action must not throw
     */
    public Batcher(String name, int most, Consumer<List<T>> action) {
        this.name = name;
        this.most = most;
        this.action = action;
    }

    public void add(T item) {
        items.add(item);
        if (running.compareAndSet(false, true)) {
            Tasks.start(name, this::run);
        }
    }

    private void run() {
        do {
            for (List<T> batch = next(); !batch.isEmpty(); batch = next()) {
                List<T> ready = batch;
                // one batch that fails must not end all to come
                Tasks.runGuarded(() -> action.accept(ready));
                Thread.yield();
            }
            running.set(false);
            // an item may have come between the last look and the sign-off
        } while (!items.isEmpty() && running.compareAndSet(false, true));
    }

    private List<T> next() {
        List<T> batch = new ArrayList<>();
        for (T item = items.poll(); item != null; item = items.poll()) {
            batch.add(item);
            if (batch.size() == most) {
                break;
            }
        }
        return batch;
    }
}
