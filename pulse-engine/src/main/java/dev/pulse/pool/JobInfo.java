package dev.pulse.pool;

import java.time.Instant;
import java.util.Optional;

/**
 * A job as it stands in Redis at one moment.
 *
 * @param key what it is known by
 * @param id its dispatch id
 * @param state where it is
 * @param worker who owns it; empty while nobody does
 * @param fencingToken of its present owner, or its last; 0 before the first
 * @param stopping whether somebody asked for its stop
 * @param restarts how often it was started successfully, but for the first time
 * @param accepted when, by the clock of Redis
 * @param error what its handler said last when it could not begin it
 */
public record JobInfo(
        String key,
        String id,
        State state,
        Optional<String> worker,
        long fencingToken,
        boolean stopping,
        int restarts,
        Instant accepted,
        Optional<String> error) {
    /** Where a job is. */
    public enum State {
        /** Nobody has it: there was no worker, or the pool is paused. */
        WAITING,
        /** It is to be tried again at a certain time. */
        DUE,
        /** A worker has it, and has not started it. */
        ASSIGNED,
        /** A worker has started it. */
        RUNNING,
        /** It was given up. */
        DEAD
    }
}
