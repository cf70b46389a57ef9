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
 * @param attempts of a task how many it has had, the present one included; of another job how many starts have failed since
 *     the last that succeeded
 * @param accepted when, by the clock of Redis
 * @param due when it is to begin, or to be tried again, by the clock of Redis; empty in any other state than
 *     {@link State#DUE}
 * @param died when it was given up; empty in any other state than {@link State#DEAD}
 * @param error what its handler said last when it could not begin it, or do it; of a dead job what it died of
 */
public record JobInfo(
        String key,
        String id,
        State state,
        Optional<String> worker,
        long fencingToken,
        boolean stopping,
        int restarts,
        int attempts,
        Instant accepted,
        Optional<Instant> due,
        Optional<Instant> died,
        Optional<String> error) {
    /** Where a job is. */
    public enum State {
        /** Nobody has it: there was no worker, or the pool is paused. */
        WAITING,
        /** It is to begin, or to be tried again, at a certain time. */
        DUE,
        /** A worker has it, and has not started it. */
        ASSIGNED,
        /** A worker has started it. */
        RUNNING,
        /** It was given up; {@link PoolClient#retryJob} has it tried anew, {@link PoolClient#stopJob} removes it. */
        DEAD
    }
}
