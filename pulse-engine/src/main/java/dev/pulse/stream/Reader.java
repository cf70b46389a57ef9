package dev.pulse.stream;

import java.time.Duration;
import java.util.List;

/**
 * Sees every event of its stream, in order, with a cursor of its own in memory. A cut connection or a restarted Redis
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
     * @return at most {@code max} events; empty when none came, or when the reader was closed meanwhile
     * @throws InterruptedException when interrupted; no event is lost by it
     * @throws dev.pulse.RedisUnavailableException when Redis could not be reached within {@code wait} and the command
     *     time-out
     */
    List<Event<T>> poll(int max, Duration wait) throws InterruptedException;

    /** Hands every event to the handler, one after another, on a virtual thread. */
    Consumption consume(EventHandler<T> handler);

    /**
     * Up to where events were handed out, or passed over because they did not pass the filters; what a later reader
     * would start {@linkplain StartAt#after after}.
     */
    EventId cursor();

    /** Ends reading, and the consumption if there is one, as {@link Consumption#close()} does. */
    @Override
    void close();
}
