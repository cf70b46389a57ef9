package dev.pulse.stream;

import java.time.Duration;

/**
 * One event in the hands of a consumer, to be settled by {@link #ack} or {@link #nack}, once; until then the engine
 * keeps extending its ack deadline. All methods can be called from any thread, and again.
 */
public interface Delivery<T> {
    Event<T> event();

    /** Which delivery this is, from 1, as far as Redis and this consumer know. */
    int attempt();

    /**
     * Settles the event as done and waits until Redis has it. Acks of many callers travel together.
     *
     * @throws InterruptedException when interrupted before it was sent; the delivery is not settled
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; {@code ack} can be called again
     */
    AckResult ack() throws InterruptedException;

    /**
     * Has the event delivered again after the delay: to this consumer, or, when that closes or dies, to another. A delay
     * of zero lets any consumer have it at once. Returns at once; does nothing if the delivery is settled.
     *
     * @param delay 0 to 24 h
     */
    void nack(Duration delay);

    /** {@link #nack} with the sink's own back-off: doubling with each attempt, jittered. */
    void nack();

    /** Whether the event is still ours as far as is known here; turns false for good. */
    boolean leaseHeld();
}
