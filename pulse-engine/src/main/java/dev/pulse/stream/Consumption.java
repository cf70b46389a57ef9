package dev.pulse.stream;

import dev.pulse.CloseResult;
import java.time.Duration;

/** A handler at work on a reader or a sink. Safe to use from any thread, the handler's included. */
public interface Consumption extends AutoCloseable {
    /** Asks for the end and returns at once: nothing new is begun, what is begun goes on. */
    void stop();

    /**
     * Ends it: stops, lets what was begun finish for up to {@code drain}, then interrupts it and waits up to 2 s more.
     * What was not begun is given back to the {@link Sink}, and not counted as a delivery. Called from the handler itself,
     * it does not wait for that handler. An interrupt of the caller begins the second phase at once and stays set.
     *
     * @param drain 0 to 1 h
     * @return how it ended
     * @throws IllegalArgumentException when {@code drain} is out of its range
     */
    CloseResult close(Duration drain);

    /** {@link #close(Duration)} with 10 s. */
    @Override
    void close();

    /** Whether nothing of it runs any more. */
    boolean isFinished();
}
