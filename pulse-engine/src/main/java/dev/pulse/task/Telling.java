package dev.pulse.task;

import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Tells the listener of an engine what happens, one event after another on a thread of its own. Thread-safe. */
final class Telling {
    private static final int BACKLOG = 1_000;

    private final PulseListener listener;
    private final Workers thread = new Workers("listener", 1);
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();

    Telling(PulseListener listener) {
        this.listener = listener;
    }

    /** Tells it later; beyond 1,000 untold events new ones are dropped. */
    void later(PulseEvent event) {
        if (untold.incrementAndGet() > BACKLOG) {
            untold.decrementAndGet();
            if (dropped.getAndIncrement() == 0) {
                Signals.LOG.warn("listener=slow state=dropping event=\"{}\"", event);
            }
            return;
        }
        thread.execute(() -> next(event));
    }

    /** How many events were dropped since the listener last caught up. */
    long dropped() {
        return dropped.get();
    }

    private void next(PulseEvent event) {
        try {
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                Signals.LOG.warn("listener=slow state=caught-up dropped={}", lost);
            }
            now(listener, event);
        } finally {
            untold.decrementAndGet();
        }
    }

    /** Tells a listener at once; what it throws is logged. */
    static void now(PulseListener listener, PulseEvent event) {
        try {
            listener.onEvent(event);
        } catch (RuntimeException | Error e) {
            Signals.LOG.warn("listener=failed event=\"{}\"", event, e);
        }
    }
}
