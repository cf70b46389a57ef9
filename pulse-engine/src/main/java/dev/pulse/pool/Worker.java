package dev.pulse.pool;

import dev.pulse.CloseResult;
import java.time.Duration;
import java.util.Set;

/**
 * One member of a pool, at work in this process. When it loses its lease, because Redis or this process was away for too
 * long, it stops its jobs by itself, and goes on under a new id as soon as it can. Thread-safe.
 */
public interface Worker extends AutoCloseable {
    /** The present id, made by the engine; never used again after a lease was lost. */
    String id();

    /** The keys of the jobs that it owns and has not ended; a copy. */
    Set<String> keys();

    /** Whether it holds its lease, by the local clock. */
    boolean isLeased();

    /** How it gets on; asks Redis nothing. */
    WorkerFigures figures();

    /**
     * Leaves the pool: takes nothing more, stops its jobs and hands each to another worker once it has stopped, or leaves it
     * waiting when there is none. After {@code drain}, what still runs is interrupted and has 2 s more; what does not stop
     * even then goes elsewhere when the lease has ended. Called from a handler, it begins that and returns at once. An
     * interrupt of the caller ends the drain and stays set. Can be repeated.
     *
     * @param drain 0 to 1 h
     * @throws IllegalArgumentException when {@code drain} is out of its range
     */
    CloseResult close(Duration drain);

    /** {@link #close(Duration)} with the pool's {@link PoolOptions#handOverTimeout}. */
    @Override
    void close();
}
