package dev.pulse.camel;

import java.time.Duration;
import java.util.Optional;

/** One stretch of consuming, from joining a sink or placing a cursor to leaving again; it begins and ends once. */
public interface Reading {
    /** Has events turned into exchanges from now on. */
    void begin();

    /** Begins no further exchange; returns at once. */
    void stop();

    /** How many exchanges were begun and are not complete. */
    int inFlight();

    /** Whether all that keeps it from closing are events that wait to be settled by hand. */
    default boolean onlyHolds() {
        return false;
    }

    /** Why it consumes nothing any more, though it was begun and not stopped. */
    default Optional<String> ended() {
        return Optional.empty();
    }

    /** Stops, waits up to {@code drain} for what is in flight, then interrupts it, and lets go of everything. */
    void close(Duration drain);
}
