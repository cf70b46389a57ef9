package dev.pulse.faults;

import dev.pulse.pool.PoolSettings;
import java.time.Duration;

/**
 * What the members of one pool agree on.
 *
 * @param pool its name
 */
record PoolTerms(String pool, Duration lease) {
    /** Longer than any start that is not to fail, on a busy machine. */
    static final Duration START_TIMEOUT = Duration.ofSeconds(5);

    static final Duration STOP_TIMEOUT = Duration.ofMillis(500);

    /** For every call, with the fault that it may meet. */
    Duration dispatchTimeout() {
        return lease.multipliedBy(3).plusSeconds(5);
    }

    PoolSettings apply(PoolSettings settings) {
        return settings.withLease(lease).withStopTimeout(STOP_TIMEOUT);
    }

    static PoolTerms parse(String text) {
        String[] words = text.split(",");
        return new PoolTerms(words[0], Duration.ofMillis(Long.parseLong(words[1])));
    }

    /** One word, as {@link #parse} reads it. */
    @Override
    public String toString() {
        return pool + "," + lease.toMillis();
    }
}
