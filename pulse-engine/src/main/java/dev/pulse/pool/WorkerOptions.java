package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import java.time.Duration;

/**
 * How a worker works.
 *
 * @param maxJobs how many jobs run at once, 1 to {@link Integer#MAX_VALUE}; what is assigned beyond waits here, and counts
 *     as queued. Default unbounded
 * @param startTimeout after which a start that has not returned is interrupted and counts as failed, 10 ms to 1 h; default
 *     20 s; Go's {@code AckGracePeriod} of a pool
 * @param attempts how many a task has whose request does not say, 1 to 1,000; default 5
 * @param backoff how long a task whose attempt failed waits before the next, doubling with each, jittered, 1 ms to 1 h;
 *     default 1 s
 * @param maxBackoff the longest such wait, at least {@code backoff}, up to 24 h; default 5 min
 */
public record WorkerOptions(int maxJobs, Duration startTimeout, int attempts, Duration backoff, Duration maxBackoff) {
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Throws {@link IllegalArgumentException} when a value is out of its range. */
    public WorkerOptions {
        require("maxJobs", maxJobs, 1, Integer.MAX_VALUE);
        require("startTimeout", startTimeout, SHORTEST, LONGEST);
        require("attempts", attempts, 1, 1_000);
        require("backoff", backoff, Duration.ofMillis(1), LONGEST);
        require("maxBackoff", maxBackoff, backoff, Duration.ofHours(24));
    }

    /** All defaults. */
    public static WorkerOptions defaults() {
        return builder().build();
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes {@link WorkerOptions}; what is not set has its default. Each method sets the component of its name, where its
     * meaning and range stand. Not thread-safe.
     */
    public static final class Builder {
        private int maxJobs = Integer.MAX_VALUE;
        private Duration startTimeout = Duration.ofSeconds(20);
        private int attempts = 5;
        private Duration backoff = Duration.ofSeconds(1);
        private Duration maxBackoff = Duration.ofMinutes(5);

        private Builder() {}

        public Builder maxJobs(int value) {
            maxJobs = value;
            return this;
        }

        public Builder startTimeout(Duration value) {
            startTimeout = value;
            return this;
        }

        public Builder attempts(int value) {
            attempts = value;
            return this;
        }

        public Builder backoff(Duration value) {
            backoff = value;
            return this;
        }

        public Builder maxBackoff(Duration value) {
            maxBackoff = value;
            return this;
        }

        /**
         * Checks all values.
         *
         * @throws IllegalArgumentException when one is out of its range, naming it, the range and the value
         */
        public WorkerOptions build() {
            return new WorkerOptions(maxJobs, startTimeout, attempts, backoff, maxBackoff);
        }
    }
}
