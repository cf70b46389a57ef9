package dev.pulse.camel.pool;

import dev.pulse.pool.PoolSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * What one endpoint wishes the settings to be that all nodes of a pool share.
 *
 * @param lease empty for no wish, as with the others
 */
record PoolWishes(
        Optional<Duration> lease,
        Optional<Duration> stopTimeout,
        Optional<Integer> queueLimit,
        Optional<Duration> outcomeRetention,
        Optional<Duration> deadRetention,
        Optional<Integer> deadLimit) {
    /** Nothing is wished. */
    static final PoolWishes NONE = new PoolWishes(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Whether nothing is wished. */
    boolean areNone() {
        return equals(NONE);
    }

    /**
     * These settings as they are wished.
     *
     * @throws IllegalArgumentException when a wish is out of its range
     */
    PoolSettings in(PoolSettings settings) {
        return settings.withLease(lease.orElse(settings.lease()))
                .withStopTimeout(stopTimeout.orElse(settings.stopTimeout()))
                .withQueueLimit(queueLimit.orElse(settings.queueLimit()))
                .withOutcomeRetention(outcomeRetention.orElse(settings.outcomeRetention()))
                .withDeadRetention(deadRetention.orElse(settings.deadRetention()))
                .withDeadLimit(deadLimit.orElse(settings.deadLimit()));
    }

    /**
     * Refuses a wish that contradicts one of these.
     *
     * @throws IllegalArgumentException naming the setting and both wishes
     */
    void requireNoContradiction(PoolWishes other, String pool) {
        requireSame("lease", lease, other.lease, pool);
        requireSame("stopTimeout", stopTimeout, other.stopTimeout, pool);
        requireSame("queueLimit", queueLimit, other.queueLimit, pool);
        requireSame("outcomeRetention", outcomeRetention, other.outcomeRetention, pool);
        requireSame("deadRetention", deadRetention, other.deadRetention, pool);
        requireSame("deadLimit", deadLimit, other.deadLimit, pool);
    }

    private static void requireSame(String setting, Optional<?> mine, Optional<?> other, String pool) {
        if (mine.isPresent() && other.isPresent() && !mine.equals(other)) {
            throw new IllegalArgumentException(setting + " is the same at all endpoints of pool " + pool
                    + " in a context, was " + mine.get() + " and " + other.get());
        }
    }
}
