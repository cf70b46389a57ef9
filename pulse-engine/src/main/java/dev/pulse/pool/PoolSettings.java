package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import java.time.Duration;

/**
 * What all nodes of a pool share; it stands in Redis, and can be changed while the pool runs by
 * {@link PoolClient#changeSettings}. Nodes take a change up within a few seconds.
 *
 * @param lease how long a worker that is not heard of keeps its jobs, by the clock of Redis, 500 ms to 1 h; default 30 s;
 *     Go's {@code WorkerTTL}. A change counts from each worker's next beat
 * @param stopTimeout how long a handler has to stop before it is interrupted once its lease is about to end, 10 ms to 1 h;
 *     default 10 s; a third of the lease at most is used
 * @param queueLimit how many jobs may be accepted and not started, 1 to 1,000,000; default 1,000; Go's
 *     {@code MaxQueuedJobs}. As many messages may be under way
 * @param outcomeRetention how long the outcome of a job dispatched with an id can be read after it is settled, 1 s to 7 days;
 *     default 5 min; Go's {@code DispatchResultRetention}
 * @param deadRetention how long a dead job is kept for somebody to look at it, and have it tried anew, 1 s to 365 days; default
 *     7 days. It is dropped then, and its key is free
 * @param deadLimit how many dead jobs are kept, 1 to 1,000,000; default 10,000. Of more the oldest are dropped, within a few
 *     seconds
 */
public record PoolSettings(
        Duration lease,
        Duration stopTimeout,
        int queueLimit,
        Duration outcomeRetention,
        Duration deadRetention,
        int deadLimit) {
    // first, for the defaults are checked against it
    private static final Duration HOUR = Duration.ofHours(1);

    /** What a new pool has where nobody wishes otherwise. */
    public static final PoolSettings DEFAULTS = new PoolSettings(
            Duration.ofSeconds(30), Duration.ofSeconds(10), 1_000, Duration.ofMinutes(5), Duration.ofDays(7), 10_000);

    /** Throws {@link IllegalArgumentException} when a value is out of its range. */
    public PoolSettings {
        require("lease", lease, Duration.ofMillis(500), HOUR);
        require("stopTimeout", stopTimeout, Duration.ofMillis(10), HOUR);
        require("queueLimit", queueLimit, 1, 1_000_000);
        require("outcomeRetention", outcomeRetention, Duration.ofSeconds(1), Duration.ofDays(7));
        require("deadRetention", deadRetention, Duration.ofSeconds(1), Duration.ofDays(365));
        require("deadLimit", deadLimit, 1, 1_000_000);
    }

    /** The same with another lease. */
    public PoolSettings withLease(Duration value) {
        return new PoolSettings(value, stopTimeout, queueLimit, outcomeRetention, deadRetention, deadLimit);
    }

    /** The same with another stop time-out. */
    public PoolSettings withStopTimeout(Duration value) {
        return new PoolSettings(lease, value, queueLimit, outcomeRetention, deadRetention, deadLimit);
    }

    /** The same with another queue limit. */
    public PoolSettings withQueueLimit(int value) {
        return new PoolSettings(lease, stopTimeout, value, outcomeRetention, deadRetention, deadLimit);
    }

    /** The same with another retention of outcomes. */
    public PoolSettings withOutcomeRetention(Duration value) {
        return new PoolSettings(lease, stopTimeout, queueLimit, value, deadRetention, deadLimit);
    }

    /** The same with another retention of dead jobs. */
    public PoolSettings withDeadRetention(Duration value) {
        return new PoolSettings(lease, stopTimeout, queueLimit, outcomeRetention, value, deadLimit);
    }

    /** The same with another limit of dead jobs. */
    public PoolSettings withDeadLimit(int value) {
        return new PoolSettings(lease, stopTimeout, queueLimit, outcomeRetention, deadRetention, value);
    }
}
