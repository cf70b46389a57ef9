package dev.pulse.stream.internal;

import dev.pulse.stream.EventId;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The deliveries a consumer holds: read and not settled. Those that are set aside, as until another try, are held, but do
 * not count against the bound; they have one of their own, ten times as wide. Thread-safe; {@link #awaitRoom} is for one
 * thread.
 */
final class InFlight<T> {
    private static final int LEAST_ASIDE = 1_000;

    private final int most;
    private final int mostAside;
    private final Map<EventId, SinkDelivery<T>> held = new ConcurrentHashMap<>();
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicInteger aside = new AtomicInteger();
    private final Wakeup room = new Wakeup();
    private volatile Consumer<SinkDelivery<T>> whenSettled = delivery -> {};

    InFlight(int most) {
        this.most = most;
        this.mostAside = Math.max(LEAST_ASIDE, 10 * most);
    }

    /** Takes it in; false when its event is held already. */
    boolean add(SinkDelivery<T> delivery) {
        if (held.putIfAbsent(delivery.id(), delivery) != null) {
            return false;
        }
        counted.incrementAndGet();
        return true;
    }

    /** It waits for something else than a free handler. */
    void setAside(SinkDelivery<T> delivery) {
        if (delivery.count(false)) {
            aside.incrementAndGet();
            counted.decrementAndGet();
            room.wake();
        }
    }

    /** It waits for a free handler again. */
    void takeBack(SinkDelivery<T> delivery) {
        // within the map, so that it is not counted once it was removed
        held.computeIfPresent(delivery.id(), (id, now) -> {
            if (now == delivery && delivery.count(true)) {
                counted.incrementAndGet();
                aside.decrementAndGet();
            }
            return now;
        });
    }

    /** An entry without a delivery is held until {@link #vacate}. */
    void occupy() {
        counted.incrementAndGet();
    }

    /** The entry without a delivery is settled. */
    void vacate() {
        counted.decrementAndGet();
        room.wake();
    }

    /** The other try of one that was set aside; false when that is not held any more. */
    boolean retry(SinkDelivery<T> parked, SinkDelivery<T> again) {
        if (!held.replace(parked.id(), parked, again)) {
            return false;
        }
        if (!parked.count(false)) {
            aside.decrementAndGet();
            counted.incrementAndGet();
        }
        return true;
    }

    /** It is settled. */
    void remove(SinkDelivery<T> delivery) {
        if (held.remove(delivery.id(), delivery)) {
            (delivery.count(false) ? counted : aside).decrementAndGet();
            room.wake();
            whenSettled.accept(delivery);
        }
    }

    /** Who is told of each delivery that is settled. */
    void whenSettled(Consumer<SinkDelivery<T>> listener) {
        whenSettled = listener;
    }

    /** Whether a delivery of this event is held. */
    boolean holds(EventId id) {
        return held.containsKey(id);
    }

    /** The events that are held at this moment. */
    Set<EventId> ids() {
        return Set.copyOf(held.keySet());
    }

    /** How many more may be read. */
    int free() {
        return Math.min(most - counted.get(), mostAside - aside.get());
    }

    /** How many are held and count against the bound. */
    int counted() {
        return counted.get();
    }

    /** How many are held and set aside. */
    int setAside() {
        return aside.get();
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
}
