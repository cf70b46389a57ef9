package dev.pulse.stream.internal;

import dev.pulse.stream.EventId;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The deliveries a consumer holds: read and not settled. Those that are parked until another try are held, but do not
 * count against the bound. Thread-safe; {@link #awaitRoom} is for one thread.
 */
final class InFlight<T> {
    private final int most;
    private final Map<EventId, SinkDelivery<T>> held = new ConcurrentHashMap<>();
    private final AtomicInteger counted = new AtomicInteger();
    private final Wakeup room = new Wakeup();

    InFlight(int most) {
        this.most = most;
    }

    /** Takes it in; false when its event is held already. */
    boolean add(SinkDelivery<T> delivery) {
        if (held.putIfAbsent(delivery.id(), delivery) != null) {
            return false;
        }
        counted.incrementAndGet();
        return true;
    }

    /** It failed and waits for another try. */
    void park() {
        counted.decrementAndGet();
        room.wake();
    }

    /** The other try of one that was parked; false when that is not held any more. */
    boolean retry(SinkDelivery<T> parked, SinkDelivery<T> again) {
        if (!held.replace(parked.id(), parked, again)) {
            return false;
        }
        counted.incrementAndGet();
        return true;
    }

    /** It is settled. */
    void remove(SinkDelivery<T> delivery, boolean wasParked) {
        if (held.remove(delivery.id(), delivery) && !wasParked) {
            counted.decrementAndGet();
            room.wake();
        }
    }

    /** How many more may be read. */
    int free() {
        return most - counted.get();
    }

    /** Waits until something was settled or parked since the last wait, for that long, or until woken. */
    void awaitRoom(Duration longest) throws InterruptedException {
        room.await(longest);
    }

    /** Ends a wait for room. */
    void wake() {
        room.wake();
    }

    Collection<SinkDelivery<T>> all() {
        return held.values();
    }

    boolean isEmpty() {
        return held.isEmpty();
    }
}
