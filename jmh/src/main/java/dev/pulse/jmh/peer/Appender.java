package dev.pulse.jmh.peer;

/**
 * A client that appends the same event to a stream, which keeps the newest {@value Sample#MAX_LENGTH} exactly. Used by
 * many threads at once, if not said otherwise.
 */
public interface Appender extends AutoCloseable {
    /** Appends the event and waits for its id. */
    Object append() throws Exception;

    @Override
    void close();
}
