package dev.pulse.stream;

import java.util.List;
import java.util.Optional;

/**
 * What the sinks of a stream gave up: events that failed too often, that a handler gave up itself, that no codec reads.
 * They stand in a stream of their own, {@code <stream>:dead}, which keeps all of them; it can be read, sunk and trimmed
 * like any other, with any codec. Nothing is replayed unless asked for. Thread-safe; holds nothing.
 *
 * <p>Every method asks Redis, and throws what {@link EventStream} says, beside what it says itself.
 */
public interface DeadLetters<T> {
    /** How many there are; 0 where there never was one. */
    long count() throws InterruptedException;

    /**
     * The oldest of them, in order.
     *
     * @param max how many at most, 1 to 10,000
     * @throws IllegalArgumentException when {@code max} is out of its range
     */
    List<DeadLetter<T>> list(int max) throws InterruptedException;

    /**
     * The oldest of those after this one, in order.
     *
     * @param after a dead letter's own id; it need not be there any more
     * @param max how many at most, 1 to 10,000
     * @throws IllegalArgumentException when {@code max} is out of its range
     */
    List<DeadLetter<T>> list(EventId after, int max) throws InterruptedException;

    /**
     * Gives the event back to the sink that gave it up, and to no other, with a fresh count of deliveries; it keeps its
     * id. Its consumers in this process look for it at once, others within their ack deadline. The dead letter is removed
     * if that came about.
     *
     * @param id the dead letter's own id
     * @throws InterruptedException when interrupted before it was answered; ask again, or look
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; ask again, or look
     */
    Replay replay(EventId id) throws InterruptedException;

    /**
     * Adds the event again, for all sinks and readers, under a new id, and removes the dead letter.
     *
     * @param id the dead letter's own id
     * @return the new id; empty when there is no such dead letter
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; it was added if the dead letter is gone
     * @throws dev.pulse.StreamDestroyedException when the handle's incarnation was destroyed
     */
    Optional<EventId> replayAsNew(EventId id) throws InterruptedException;

    /** What a replay came to. */
    enum Replay {
        /** The sink gets the event again; the dead letter is removed. */
        REPLAYED,
        /** There is no such dead letter. */
        NO_SUCH_DEAD_LETTER,
        /** The event itself was trimmed, deleted, or destroyed with its stream; {@link #replayAsNew} still works. */
        EVENT_GONE,
        /** The sink does not exist any more. */
        SINK_GONE
    }
}
