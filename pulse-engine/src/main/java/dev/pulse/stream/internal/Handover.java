package dev.pulse.stream.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Where deliveries wait for whoever works on them: the consumption, once it runs, or a poll. Thread-safe. */
final class Handover<T> {
    private final Queue<SinkDelivery<T>> ready = new ConcurrentLinkedQueue<>();
    private volatile @Nullable SinkConsumption<T> consumption;

    void add(SinkDelivery<T> delivery) {
        ready.add(delivery);
        passOn();
    }

    /** All goes to it from now on, what waits already first. */
    void begin(SinkConsumption<T> started) {
        consumption = started;
        passOn();
    }

    /** Called after each addition and after the start, so that nothing stays behind whichever comes first. */
    private void passOn() {
        SinkConsumption<T> running = consumption;
        if (running != null) {
            for (SinkDelivery<T> next = ready.poll(); next != null; next = ready.poll()) {
                running.accept(next);
            }
        }
    }

    /** A delivery waits for another try. */
    void parked(SinkDelivery<T> delivery) {
        SinkConsumption<T> running = consumption;
        if (running != null) {
            running.parked(delivery);
        }
    }

    /** What waits longest; it stays. */
    @Nullable
    SinkDelivery<T> peek() {
        return ready.peek();
    }

    /** Takes it; by one thread only. */
    void take(SinkDelivery<T> delivery) {
        ready.remove(delivery);
    }

    /** Lets other consumers have what waits. */
    void giveBack() {
        for (SinkDelivery<T> waiting = ready.poll(); waiting != null; waiting = ready.poll()) {
            waiting.giveBackUnbegun();
        }
    }
}
