package dev.pulse.stream;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A handle on a stream of events in Redis. It holds no connection and no thread, so there is nothing to close; it can be
 * used from any number of threads.
 *
 * <p>It belongs to one incarnation of the stream (Go's "generation"): the one that was active when it was first used.
 * {@link #destroy} ends an incarnation for everybody; then every method of its handles that would touch it throws
 * {@link dev.pulse.StreamDestroyedException}, and the next use of a new handle makes the next one. State that Redis lost
 * is not destroyed: the first incarnation is made again by whoever still holds it.
 *
 * <p>A call takes no longer than the command time-out, in however many commands; the few that go in steps say so. Every
 * method that asks Redis throws, beside what it says itself:
 *
 * <ul>
 *   <li>{@link InterruptedException} when interrupted before its command was sent: nothing was done
 *   <li>{@link dev.pulse.RedisUnavailableException} when it could not be sent within the command time-out: nothing was
 *       done, or, for what is safe to repeat, it may have been
 *   <li>{@link dev.pulse.OutcomeUnknownException} when the reply to something that is not safe to repeat never came
 *   <li>{@link dev.pulse.StreamConfigException} at the first use, when the stream retains something else than was wished
 *       for; the message names both
 *   <li>{@link dev.pulse.AccessDeniedException}, {@link dev.pulse.RedisOutOfMemoryException} or
 *       {@link dev.pulse.RedisReplyException} when Redis refuses: nothing was done
 *   <li>{@link IllegalStateException} when its {@link dev.pulse.Pulse} is closed
 * </ul>
 */
public interface EventStream<T> {
    /** The name of the stream. */
    String name();

    /** Adds an event without topic and headers; see {@link #add(NewEvent)}. */
    EventId add(String event, T payload) throws InterruptedException;

    /**
     * Adds an event. When it returned, each sink gets the event at least once, as long as Redis keeps it.
     *
     * @throws InterruptedException when interrupted before it was sent; nothing was added
     * @throws IllegalArgumentException when the codec cannot encode the payload, or it or the headers are larger than
     *     {@link dev.pulse.Pulse.Builder#maxPayloadBytes} and {@link dev.pulse.Pulse.Builder#maxHeaderBytes} allow
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; the event may have been added.
     *     {@link #addOnce} can be repeated then
     * @throws dev.pulse.RedisUnavailableException when it could not be sent within the command time-out
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     * @throws dev.pulse.StreamConfigException also when the stream's deadline has passed, by Redis' clock
     */
    EventId add(NewEvent<T> event) throws InterruptedException;

    /**
     * Adds an event if the stream is there, and never makes it; Go's {@code WithOnlyIfStreamExists}.
     *
     * @return empty, and nothing was added, when there is no stream: it was never used, has expired or passed its
     *     deadline, or was destroyed before this handle's first use
     * @throws dev.pulse.OutcomeUnknownException as {@link #add(NewEvent)}
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    Optional<EventId> addIfExists(NewEvent<T> event) throws InterruptedException;

    /**
     * Adds an event once, however often and by however many it is tried: within the window, a key has one event, whatever
     * was lost, trimmed, removed or retried. To be called again with the same key after an error or a restart. It costs
     * Redis a script where {@link #add} is a plain command. Go's {@code AddOnce}.
     *
     * <p>The content, which is compared, is name, topic and payload; headers are not, for a trace id differs at each try.
     * The window begins with the first call and is not prolonged by others. On a stream with a deadline the key holds
     * until the deadline instead, as in Go, whose records are shared; there name, topic and payload have at most 1 MiB
     * together. Keys belong to an incarnation of the stream; when Redis loses its data, they are lost with the events.
     *
     * @param key 1 to 256 bytes in UTF-8
     * @param window 1 s to 7 days, in whole milliseconds, by Redis' clock; see {@link Once#DEFAULT_WINDOW}
     * @return the id of the one event, and whether this call added it
     * @throws dev.pulse.OnceConflictException when the key was used for another content; nothing was added
     * @throws dev.pulse.RedisUnavailableException when no reply came within the command time-out; the event may have been
     *     added, and calling again is safe
     * @throws InterruptedException when interrupted before a reply came; the same holds
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    Once addOnce(String key, Duration window, NewEvent<T> event) throws InterruptedException;

    /**
     * Adds events in order, in one pipeline; others' events may come between. Should one fail, those before it were
     * added, and those after it may have been. Many go in several pipelines, of up to 500 events or about 128 KiB: each may
     * take the command time-out.
     *
     * @param events any number; all are encoded before the first is sent
     * @return their ids, in the same order
     * @throws InterruptedException when interrupted; some of them, from the first on, may have been added
     * @throws IllegalArgumentException when the codec cannot encode one of the payloads, or it or its headers are too large;
     *     nothing was added
     * @throws dev.pulse.OutcomeUnknownException when a reply never came; any of them may have been added
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    List<EventId> addAll(List<NewEvent<T>> events) throws InterruptedException;

    /**
     * A reader of its own, which sees every event; to be closed. Asks Redis once, to fix where "newest" is, and makes no
     * stream.
     *
     * @throws InterruptedException when interrupted; there is no reader
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    Reader<T> reader(ReaderOptions options) throws InterruptedException;

    /**
     * Joins the sink of this name as one more consumer, making it if need be; to be closed. When this returned, whatever is
     * added is delivered to the sink. It goes in steps, of which each may take the command time-out.
     *
     * @param name 1 to 512 characters
     * @throws IllegalArgumentException when the name breaks a rule
     * @throws InterruptedException when interrupted; the sink may be there, this consumer is not
     * @throws dev.pulse.StreamConfigException when the sink exists with a contradicting configuration
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    Sink<T> sink(String name, SinkOptions options) throws InterruptedException;

    /**
     * What the stream retains, as it was at one moment, in order; Go's {@code Snapshot}. All of it is held in memory and
     * has to arrive within the command time-out; for streams without a bound a {@link #reader} is the better way. Makes
     * no stream and no cursor. Entries that are no events, or that the codec cannot read, are passed over and reported.
     *
     * @return never changes; empty when there is no stream
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    List<Event<T>> snapshot() throws InterruptedException;

    /**
     * Removes events, whether or not sinks have had them; Go's {@code Remove}. Sinks report those they had read and not
     * acknowledged as gone. Any number at once; they go in batches of 500, of which each may take the command time-out, and
     * should one fail, those before it are removed.
     *
     * @return how many of them were there
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; it is safe to call again
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    long remove(Collection<EventId> ids) throws InterruptedException;

    /**
     * Changes what the stream retains, for everybody, whatever this handle wished for. Too many events are trimmed at
     * once; a time to live begins now; one that is no longer wished for is taken off. A stream without an incarnation gets
     * one. Other handles of Pulse for the JVM adopt it within a second of their next use, those with a wish included: a
     * wish is compared at the first use only.
     *
     * <p>Go has no such thing: every handle of Go's v1.10 that is in use when the maximum length, time to live or deadline
     * changes, its readers and sinks included, fails with {@code ErrStreamConfigMismatch} from then on, until its program
     * makes it anew without contradicting options. Only approximate trimming can be switched behind its back.
     *
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     * @throws dev.pulse.StreamConfigException when the stream's deadline, or the new one, has passed by Redis' clock
     */
    void changeRetention(Retention retention) throws InterruptedException;

    /**
     * Ends this incarnation of the stream, for everybody and for good, and deletes its events, sinks and all that goes with
     * them; Go's {@code Destroy}. Handles, readers and sinks that belong to it fail with
     * {@link dev.pulse.StreamDestroyedException}; nothing late of theirs reaches the next incarnation, which the next use
     * of a new handle makes. A handle that was not used yet destroys the active incarnation. Destroying again, and a
     * stream that is not there, does nothing; should a call have been interrupted, the next one deletes what it left. What
     * sinks left behind goes in steps, of which each may take the command time-out.
     *
     * @throws InterruptedException when interrupted; the incarnation may be over
     * @throws dev.pulse.RedisUnavailableException when Redis did not answer in time; the incarnation may be over
     */
    void destroy() throws InterruptedException;

    /**
     * What the sinks of this stream gave up. Asks Redis nothing yet.
     *
     * @throws IllegalStateException on a stream of dead letters, whose name ends in {@code :dead}: it has none of its own
     */
    DeadLetters<T> deadLetters();

    /**
     * How much the stream holds, and how far its sinks are; asks Redis once, and makes no stream where there is none.
     *
     * @throws InterruptedException when interrupted
     * @throws dev.pulse.RedisUnavailableException when Redis did not answer within the command time-out
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    StreamFigures figures() throws InterruptedException;
}
