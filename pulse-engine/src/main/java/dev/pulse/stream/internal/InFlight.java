package dev.pulse.stream.internal;

import dev.pulse.stream.EventId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The deliveries of one stream that a consumer holds: read and not settled. Thread-safe. */
final class InFlight<T> {
    private final Room<T> room;
    private final Map<EventId, SinkDelivery<T>> held = new ConcurrentHashMap<>();

    InFlight(Room<T> room) {
        this.room = room;
    }

    /** Takes it in; false when its event is held already. */
    boolean add(SinkDelivery<T> delivery) {
        if (held.putIfAbsent(delivery.id(), delivery) != null) {
            return false;
        }
        room.enter();
        return true;
    }

    /** It waits for something else than a free handler. */
    void setAside(SinkDelivery<T> delivery) {
        if (delivery.count(false)) {
            room.setAside();
        }
    }

    /** It waits for a free handler again. */
    void takeBack(SinkDelivery<T> delivery) {
        // within the map, so that it is not counted once it was removed
        held.computeIfPresent(delivery.id(), (id, now) -> {
            if (now == delivery && delivery.count(true)) {
                room.takeBack();
            }
            return now;
        });
    }

    /** The other try of one that was set aside; false when that is not held any more. */
    boolean retry(SinkDelivery<T> parked, SinkDelivery<T> again) {
        if (!held.replace(parked.id(), parked, again)) {
            return false;
        }
        if (!parked.count(false)) {
            room.takeBack();
        }
        return true;
    }

    /** It is settled. */
    void remove(SinkDelivery<T> delivery) {
        if (held.remove(delivery.id(), delivery)) {
            if (delivery.count(false)) {
                room.leave();
            } else {
                room.leaveAside();
            }
            room.settled(delivery);
        }
    }

    /** Whether a delivery of this event is held. */
    boolean holds(EventId id) {
        return held.containsKey(id);
    }

    /** What is held at this moment. */
    Map<EventId, SinkDelivery<T>> copy() {
        return Map.copyOf(held);
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    Collection<SinkDelivery<T>> all() {
        return held.values();
    }
}
