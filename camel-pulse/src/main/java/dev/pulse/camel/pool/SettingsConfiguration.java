package dev.pulse.camel.pool;

import dev.pulse.pool.PoolSettings;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/**
 * The options that are wishes for what all nodes of the pool share; what is not set stays as it is. They are in force when an
 * endpoint has opened the pool; with the operation {@code changeSettings} at each message instead.
 */
@UriParams
public class SettingsConfiguration {
    @UriParam(
            label = "common,advanced",
            description =
                    "How long a worker that is not heard of keeps its jobs, for the whole pool, 500ms to 1h. Default as the"
                            + " pool has it, 30s for a new one")
    private @Nullable Duration lease;

    @UriParam(
            label = "common,advanced",
            description =
                    "How long a job has to stop before it is interrupted once the lease of its worker is about to end, for the whole"
                            + " pool, 10ms to 1h; a third of the lease at most is used. Default as the pool has it, 10s for a new one")
    private @Nullable Duration stopTimeout;

    @UriParam(
            label = "common,advanced",
            description =
                    "How many jobs may be accepted and not started, and how many messages under way, in the whole pool, 1 to"
                            + " 1000000. Default as the pool has it, 1000 for a new one")
    private @Nullable Integer queueLimit;

    @UriParam(
            label = "common,advanced",
            description =
                    "How long the outcome of a job that was dispatched with an id can be read after it is settled, for the whole"
                            + " pool, 1s to 7d. Default as the pool has it, 5m for a new one")
    private @Nullable Duration outcomeRetention;

    @UriParam(
            label = "common,advanced",
            description =
                    "How long a dead job is kept, for the whole pool, 1s to 365d; it is dropped then, and its key is free. Default"
                            + " as the pool has it, 7d for a new one")
    private @Nullable Duration deadRetention;

    @UriParam(
            label = "common,advanced",
            description =
                    "How many dead jobs are kept, in the whole pool, 1 to 1000000; of more the oldest are dropped. Default as the"
                            + " pool has it, 10000 for a new one")
    private @Nullable Integer deadLimit;

    /**
     * What the options come to.
     *
     * @throws IllegalArgumentException when one is out of its range
     */
    PoolWishes wishes() {
        PoolWishes wishes = new PoolWishes(
                Optional.ofNullable(lease),
                Optional.ofNullable(stopTimeout),
                Optional.ofNullable(queueLimit),
                Optional.ofNullable(outcomeRetention),
                Optional.ofNullable(deadRetention),
                Optional.ofNullable(deadLimit));
        // ranges are the engine's
        wishes.in(PoolSettings.DEFAULTS);
        return wishes;
    }

    /** The same where there is nothing to do without. */
    PoolWishes mandatoryWishes() {
        PoolWishes wishes = wishes();
        if (wishes.areNone()) {
            throw new IllegalArgumentException(
                    "operation changeSettings needs an option that says what to change: lease,"
                            + " stopTimeout, queueLimit, outcomeRetention, deadRetention or deadLimit, was without");
        }
        return wishes;
    }

    public @Nullable Duration getLease() {
        return lease;
    }

    public void setLease(@Nullable Duration lease) {
        this.lease = lease;
    }

    public @Nullable Duration getStopTimeout() {
        return stopTimeout;
    }

    public void setStopTimeout(@Nullable Duration stopTimeout) {
        this.stopTimeout = stopTimeout;
    }

    public @Nullable Integer getQueueLimit() {
        return queueLimit;
    }

    public void setQueueLimit(@Nullable Integer queueLimit) {
        this.queueLimit = queueLimit;
    }

    public @Nullable Duration getOutcomeRetention() {
        return outcomeRetention;
    }

    public void setOutcomeRetention(@Nullable Duration outcomeRetention) {
        this.outcomeRetention = outcomeRetention;
    }

    public @Nullable Duration getDeadRetention() {
        return deadRetention;
    }

    public void setDeadRetention(@Nullable Duration deadRetention) {
        this.deadRetention = deadRetention;
    }

    public @Nullable Integer getDeadLimit() {
        return deadLimit;
    }

    public void setDeadLimit(@Nullable Integer deadLimit) {
        this.deadLimit = deadLimit;
    }
}
