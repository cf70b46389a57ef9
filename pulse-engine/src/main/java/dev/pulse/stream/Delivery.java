package dev.pulse.stream;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * One event in the hands of a consumer, to be settled by {@link #ack}, {@link #nack} or {@link #deadLetter}, once; until then the engine
 * keeps extending its ack deadline. All methods can be called from any thread, and again.
 */
public interface Delivery<T> {
    /** What was delivered. */
    Event<T> event();

    /** Which delivery of the event to its sink this is, from 1, as far as Redis and this consumer know. */
    int attempt();

    /**
     * With {@link SinkOptions#exclusive}, the number of the term in which this delivery began; it grows with each change of
     * the active consumer. Whoever is written to can refuse a token smaller than one it has seen. Empty otherwise.
     */
    OptionalLong fencingToken();

    /**
     * Settles the event as done and waits until Redis has it. Acks of many callers travel together.
     *
     * @throws InterruptedException when interrupted before it was sent; the delivery is not settled
     * @throws dev.pulse.RedisUnavailableException when it could not be sent within the command time-out; the delivery is not
     *     settled
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; {@code ack} can be called again
     */
    AckResult ack() throws InterruptedException;

    /**
     * Settles the event as done without waiting for Redis: the ack travels with others, within moments, and is tried again
     * while Redis is away. Should this process die before, the event is delivered again. For whoever acks one event after
     * another and has nobody to tell what it came to. Does nothing if the delivery is settled.
     */
    void ackLater();

    /**
     * Has the event delivered again after the delay: to this consumer, or, when that closes or dies, to another. A delay
     * of zero gives it back to the {@link Sink}: any consumer may have it, as soon as it looks. After the last delivery
     * that the sink allows, the event goes to the dead letters instead. Returns at once; does nothing if the delivery is
     * settled.
     *
     * @param delay 0 to 24 h
     * @throws IllegalArgumentException when {@code delay} is out of its range
     */
    void nack(Duration delay);

    /** {@link #nack(Duration)} with the sink's own back-off: doubling with each attempt, jittered. */
    void nack();

    /**
     * {@link #nack()} with the reason for it.
     *
     * @param cause why, for whoever looks through the dead letters, should this have been the last delivery
     */
    void nack(String cause);

    /**
     * Gives the event up: it goes to the stream's {@linkplain DeadLetters dead letters} and is done for this sink. Returns
     * at once, and is tried again while Redis is away; does nothing if the delivery is settled. On a stream of dead
     * letters, which has none of its own, it is an {@link #ack} with a line in the log.
     *
     * @param cause why, for whoever looks through the dead letters; the first 4,096 characters are kept
     */
    void deadLetter(String cause);

    /** Whether the event is still ours as far as is known here; turns false for good. */
    boolean leaseHeld();
}
