package dev.pulse.stream;

import java.util.List;

/**
 * A handle on a stream of events in Redis. It holds no connection and no thread, so there is nothing to close; it can be
 * used from any number of threads. It belongs to one incarnation of the stream: the one that was active when it was
 * first used.
 */
public interface EventStream<T> {
    String name();

    /** Adds an event without topic and headers; see {@link #add(NewEvent)}. */
    EventId add(String event, T payload) throws InterruptedException;

    /**
     * Adds an event. When it returned, each sink gets the event at least once, as long as Redis keeps it.
     *
     * @throws InterruptedException when interrupted before it was sent; nothing was added
     * @throws IllegalArgumentException when the codec cannot encode the payload, or it is larger than 16 MiB
     * @throws dev.pulse.OutcomeUnknownException when the reply never came; the event may have been added
     * @throws dev.pulse.RedisUnavailableException when it could not be sent within the command time-out
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    EventId add(NewEvent<T> event) throws InterruptedException;

    /**
     * Adds events in order, in one pipeline; others' events may come between. Should one fail, those before it were
     * added.
     */
    List<EventId> addAll(List<NewEvent<T>> events) throws InterruptedException;

    /** A reader of its own, which sees every event. Asks Redis once, to fix where "newest" is. */
    Reader<T> reader(ReaderOptions options) throws InterruptedException;

    /**
     * Joins the sink of this name, making it if need be: when this returned, whatever is added is delivered to it.
     *
     * @param name 1 to 512 characters
     * @throws dev.pulse.StreamConfigException when the sink exists with a contradicting configuration
     */
    Sink<T> sink(String name, SinkOptions options) throws InterruptedException;

    /**
     * How much the stream holds, and how far its sinks are; asks Redis once, and makes no stream where there is none.
     *
     * @throws InterruptedException when interrupted
     * @throws dev.pulse.RedisUnavailableException when Redis did not answer within the command time-out
     * @throws dev.pulse.StreamDestroyedException when this incarnation was destroyed
     */
    StreamFigures figures() throws InterruptedException;
}
