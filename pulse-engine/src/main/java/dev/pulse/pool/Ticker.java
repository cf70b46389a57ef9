package dev.pulse.pool;

import dev.pulse.CloseResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One listener of a ticker of a pool. Each due time is fired at one of all that listen under the same name in the pool, on
 * whichever nodes; these take turns as long as none is busy. Before a handler is called the due time is taken off in Redis: a
 * node that dies in between costs one firing, and none is made twice. It fires also while the pool is paused. Thread-safe.
 */
public interface Ticker extends AutoCloseable {
    /** The ticker's name in its pool. */
    String name();

    /** When it is due, as far as this node knows: others may have changed it a moment ago. */
    TickerOptions options();

    /** When it is due next, as far as this node knows; empty while Redis has lost its state. Asks Redis nothing. */
    Optional<Instant> next();

    /** How this listener gets on; asks Redis nothing. */
    TickerFigures figures();

    /**
     * Gives the ticker another timetable or policy, on all nodes. With another timetable it begins anew: what was missed
     * until now is forgotten, and the first due time is the first after now.
     *
     * @throws InterruptedException when interrupted; nobody knows whether it was changed
     * @throws dev.pulse.PoolShutDownException when the pool was shut down
     * @throws dev.pulse.PulseException what Redis hindered it by
     */
    void change(TickerOptions options) throws InterruptedException;

    /**
     * Ends this listener; others of the name go on. When it was the last, the pool keeps the ticker's timetable and position:
     * whoever registers it again with the same timetable goes on with what was missed meanwhile, as its policy says. After
     * {@code drain} a call of the handler that still runs is interrupted, and has 2 s more. Called from the handler, it
     * returns at once. Can be repeated.
     *
     * @param drain 0 to 1 h
     * @throws IllegalArgumentException when {@code drain} is out of its range
     */
    CloseResult close(Duration drain);

    /** {@link #close(Duration)} with 10 s. */
    @Override
    void close();
}
