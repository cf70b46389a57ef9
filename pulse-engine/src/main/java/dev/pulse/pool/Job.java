package dev.pulse.pool;

/** A job as its handler sees it, in one place for as long as that owns it. Thread-safe. */
public interface Job {
    /** What it is known by in its pool. */
    String key();

    /** What it was dispatched with; the array is the handler's own. */
    byte[] payload();

    /** The id it was dispatched with, or that was made for it. */
    String id();

    /** The worker that owns it. */
    String worker();

    /**
     * The number of this ownership, greater than that of every one before, in microseconds of Redis' clock or beyond. What a
     * handler writes elsewhere can carry it, and be refused there when a greater one was seen: that rejects a handler which
     * was paused beyond its lease.
     */
    long fencingToken();

    /** How often it was started successfully before, here or elsewhere: 0 for a new job. */
    int restarts();

    /**
     * Whether its worker still holds its lease, by the local clock: while it is true nobody else runs this job. Reads no more
     * than a clock.
     */
    boolean leased();

    /** Whether it is to stop, for whatever reason: its {@code stop} is about to be called, or was. */
    boolean isStopping();
}
