package dev.pulse.map;

import dev.pulse.CloseResult;
import java.time.Duration;

/** A watcher at work. Safe to use from any thread, the watcher's included. */
public interface Watch extends AutoCloseable {
    /** Asks for the end and returns at once: no further change is told, the one being told may be finished. */
    void stop();

    /**
     * Ends it: stops, lets the watcher finish for up to {@code drain}, then interrupts it and waits up to 2 s more. Called
     * by the watcher itself, it does not wait for it. An interrupt of the caller begins the second phase at once and stays
     * set.
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
