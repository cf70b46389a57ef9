package dev.pulse.stream;

import java.time.Duration;
import java.util.List;

/**
 * Sees every event of its streams, in each stream's order, with a cursor for each in memory. A cut connection or a restarted Redis
 * loses, repeats and reorders nothing. Either {@link #poll} is used, by one thread at a time, or {@link #consume}, once.
 * What was trimmed away before it was read is reported as a {@link dev.pulse.PulseEvent.Gap}, a stream that was deleted,
 * flushed or set back as a {@link dev.pulse.PulseEvent.StreamReset}; reading goes on with what is there. Entries that are
 * no events, that the codec cannot read, or that the filter throws for are passed over and reported.
 */
public interface Reader<T> extends AutoCloseable {
    /**
     * The next events that pass the filters: those there are, else the first to come within {@code wait}. Nothing is
     * read ahead. While it finds nothing but what does not pass, it goes on looking for up to the command time-out more,
     * or until it has looked at all there is.
     *
     * @param max 1 to 10,000
     * @param wait 0 to 24 h
     * @return at most {@code max} events; empty when none came, or when the reader is closed, meanwhile or before
     * @throws IllegalArgumentException when {@code max} or {@code wait} is out of its range
     * @throws IllegalStateException when the reader is consumed
     * @throws InterruptedException when interrupted; no event is lost by it
     * @throws dev.pulse.RedisUnavailableException when Redis could not be reached within {@code wait} and the command
     *     time-out
     */
    List<Event<T>> poll(int max, Duration wait) throws InterruptedException;

    /**
     * Hands every event to the handler, one after another, on a virtual thread, until it is ended or the stream is
     * destroyed. What the handler throws is logged, and reading goes on. While Redis is away it waits.
     *
     * @throws IllegalStateException when the reader is consumed already, or closed
     */
    Consumption consume(EventHandler<T> handler);

    /**
     * Reads one more stream from now on, also while {@link #poll} or a consumption is under way. All are read by one
     * blocking read, on Redis Cluster by one each; each keeps its own order and has its own cursor, between them there is
     * no order. The filters hold for all. From any thread, a handler included. Should one of several streams be destroyed,
     * reading goes on with the others.
     *
     * @param stream of the same {@link dev.pulse.Pulse}
     * @param at where it begins; "newest" is what is there when this is called
     * @throws IllegalStateException when the reader reads a stream of this name already, or is closed
     * @throws IllegalArgumentException when the stream is of another {@link dev.pulse.Pulse}
     * @throws InterruptedException when interrupted; it is not added
     */
    void addStream(EventStream<T> stream, StartAt at) throws InterruptedException;

    /**
     * Reads a stream no more: when this returned, no event of it is handed to the handler, except the one being handled.
     *
     * @throws IllegalArgumentException when the reader does not read a stream of this name
     * @throws IllegalStateException when it is the last one; {@link #close} the reader instead
     */
    void removeStream(String name);

    /** The names of the streams it reads, in the order in which they were added. */
    List<String> streams();

    /**
     * The cursor of the only stream: up to where events were handed out, or passed over because they did not pass the
     * filters. It is what a later reader would start {@linkplain StartAt#after after}.
     *
     * @throws IllegalStateException when the reader reads several streams; use {@link #cursor(String)}
     */
    EventId cursor();

    /**
     * The cursor of one of the streams.
     *
     * @throws IllegalArgumentException when the reader does not read a stream of this name
     */
    EventId cursor(String stream);

    /**
     * Ends reading, and the consumption if there is one, as {@link Consumption#close()} does: a handler at work has 10 s to
     * finish. From any thread, and again.
     */
    @Override
    void close();
}
