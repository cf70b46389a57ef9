package dev.pulse.camel.sink;

import dev.pulse.stream.EventId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The events that one member of a sink holds until somebody settles them by hand. Thread-safe. */
final class HeldEvents {
    /** Ids are those of a stream, and a sink can have several. */
    private record Key(String stream, EventId id) {}

    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(100);

    private final Map<Key, HeldAck> acks = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition removed = lock.newCondition();

    /** Holds the event of this ack until that is used. */
    void add(HeldAck ack) {
        acks.put(key(ack), ack);
    }

    /** It is used. */
    void remove(HeldAck ack) {
        // by then another delivery of the same event may stand there
        acks.remove(key(ack), ack);
        lock.lock();
        try {
            removed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static Key key(HeldAck ack) {
        var event = ack.delivery().event();
        return new Key(event.stream(), event.id());
    }

    /** The ack of this event, if it is held. */
    @Nullable
    HeldAck find(String stream, EventId id) {
        HeldAck found = acks.get(new Key(stream, id));
        return found != null && found.isOpen() ? found : null;
    }

    /** How many events are held. Forgets those that were lost meanwhile, as after {@code maxProcessing}. */
    int size() {
        acks.values().removeIf(ack -> !ack.delivery().leaseHeld());
        return acks.size();
    }

    /** Waits until none is held, up to this time, by {@link System#nanoTime}; whether that came about. */
    boolean awaitNone(long deadline) throws InterruptedException {
        lock.lock();
        try {
            while (size() > 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // what is lost is not signalled
                removed.awaitNanos(Math.min(left, LOOK_AGAIN));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
