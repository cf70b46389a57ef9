package dev.pulse.stream.internal;

import dev.pulse.stream.AckResult;
import dev.pulse.stream.EventId;
import java.util.List;

/** How what was read of one stream comes to its end. Thread-safe. */
sealed interface Settlement<T> permits Settling, WithoutAcks {
    /** Acknowledges a delivery in state ACKING and waits for Redis. */
    AckResult ack(SinkDelivery<T> delivery) throws InterruptedException;

    /** Acknowledges a delivery when it is held, some time soon. */
    void ackLater(SinkDelivery<T> delivery);

    /** Acknowledges an entry for which there is no delivery, some time soon. */
    void ackLater(EventId id);

    /**
     * Gives back a delivery in state RELEASED or LOST, some time soon.
     *
     * @param deliveries how many of the event were begun
     */
    void release(SinkDelivery<T> delivery, int deliveries);

    /** Sets aside a delivery in state PARKED; false when it is not tried again. */
    boolean park(SinkDelivery<T> delivery);

    /** Gives up a delivery in state ACKING, some time soon. */
    void giveUp(SinkDelivery<T> delivery, String cause);

    /**
     * Gives up an entry for which there is no delivery, some time soon.
     *
     * @param fields what it holds; none for what it holds in Redis
     */
    void giveUp(EventId id, List<byte[]> fields, String cause, long deliveries);

    /** Whether an entry for which there is no delivery is being given up. */
    boolean isGivingUp(EventId id);

    /** Whether an entry for which there is no delivery is being given back. */
    boolean isReleasing(EventId id);

    /** Whether something was settled since the last call. */
    boolean wasActive();
}
