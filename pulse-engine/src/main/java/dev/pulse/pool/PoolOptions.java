package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import dev.pulse.PulseListener;
import dev.pulse.wire.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * How a handle of a pool works, and what it wishes the whole pool to be like.
 *
 * @param dispatchTimeout how long a dispatch waits for the start of its job, and a stop for its end, 10 ms to 1 h; default
 *     40 s; Go's {@code DispatchTimeout}
 * @param handOverTimeout how long closing lets jobs stop and be handed over when no other duration is said, 0 to 1 h; default
 *     2 min; Go's {@code RequeueTimeout} and {@code WorkerShutdownTTL}
 * @param settings what this handle wishes to be changed in the settings that all nodes share, from those that the pool has
 *     ({@linkplain PoolSettings#DEFAULTS defaults} for a new one). Applied when the handle opens, so the last to open wins; default no change
 * @param listener who is told, beside the listener of the engine, what happens to this handle of the pool. Called for one
 *     event after another on a virtual thread of its own; what it throws is logged. Default nobody
 */
public record PoolOptions(
        Duration dispatchTimeout,
        Duration handOverTimeout,
        UnaryOperator<PoolSettings> settings,
        PulseListener listener) {
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Throws {@link IllegalArgumentException} when a duration is out of its range. */
    public PoolOptions {
        require("dispatchTimeout", dispatchTimeout, Duration.ofMillis(10), LONGEST);
        require("handOverTimeout", handOverTimeout, Duration.ZERO, LONGEST);
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(listener, "listener");
    }

    /** All defaults. */
    public static PoolOptions defaults() {
        return builder().build();
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes {@link PoolOptions}; what is not set has its default. Each method sets the component of its name, where its
     * meaning and range stand. Not thread-safe.
     */
    public static final class Builder {
        private Duration dispatchTimeout = Duration.ofSeconds(40);
        private Duration handOverTimeout = Duration.ofMinutes(2);
        private UnaryOperator<PoolSettings> settings = UnaryOperator.identity();
        private PulseListener listener = Options.NOBODY;

        private Builder() {}

        public Builder dispatchTimeout(Duration value) {
            dispatchTimeout = value;
            return this;
        }

        public Builder handOverTimeout(Duration value) {
            handOverTimeout = value;
            return this;
        }

        public Builder settings(UnaryOperator<PoolSettings> value) {
            settings = value;
            return this;
        }

        public Builder listener(PulseListener value) {
            listener = value;
            return this;
        }

        /**
         * Checks all values.
         *
         * @throws IllegalArgumentException when one is out of its range, naming it, the range and the value
         */
        public PoolOptions build() {
            return new PoolOptions(dispatchTimeout, handOverTimeout, settings, listener);
        }
    }
}
