package dev.pulse.map;

import static dev.pulse.wire.Options.require;

import dev.pulse.PulseListener;
import dev.pulse.wire.Options;
import java.time.Duration;
import java.util.Objects;

/**
 * How a replica works.
 *
 * @param ttl how long the content lives that is written through this replica; default for ever
 * @param checkPeriod how often the replica is compared with Redis, which finds what was lost silently, 50 ms to 1 h; default
 *     30 s. Revision, size and one entry are compared, each time another: a map that was lost and made again by as many
 *     changes, whose messages were lost too, is found once an entry that differs has its turn
 * @param stalenessBound from which staleness on health shows it, longer than {@code checkPeriod}, up to 24 h; default 60 s
 * @param listener who is told, beside the listener of the engine, what happens to this replica: gap, regression, value
 *     dropped, its own loop failing and going on. The connection on which all maps hear of changes is the engine's: its
 *     listener is told of that. Called for one event after another on a virtual thread of its own; what it throws is
 *     logged. Default nobody
 */
public record MapOptions(MapTtl ttl, Duration checkPeriod, Duration stalenessBound, PulseListener listener) {
    private static final Duration SHORTEST_CHECK = Duration.ofMillis(50);
    private static final Duration LONGEST_CHECK = Duration.ofHours(1);
    private static final Duration LONGEST_BOUND = Duration.ofHours(24);

    /** Throws {@link IllegalArgumentException} when a duration is out of its range. */
    public MapOptions {
        Objects.requireNonNull(ttl, "ttl");
        Objects.requireNonNull(listener, "listener");
        require("checkPeriod", checkPeriod, SHORTEST_CHECK, LONGEST_CHECK);
        require("stalenessBound", stalenessBound, SHORTEST_CHECK, LONGEST_BOUND);
        if (stalenessBound.compareTo(checkPeriod) <= 0) {
            throw new IllegalArgumentException("stalenessBound is longer than checkPeriod, " + checkPeriod
                    + ", for that is how stale a replica may be while all is well, was " + stalenessBound);
        }
    }

    /** All defaults. */
    public static MapOptions defaults() {
        return builder().build();
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes {@link MapOptions}; what is not set has its default. Each method sets the component of its name, where its
     * meaning and range stand. Not thread-safe.
     */
    public static final class Builder {
        private MapTtl ttl = MapTtl.none();
        private Duration checkPeriod = Duration.ofSeconds(30);
        private Duration stalenessBound = Duration.ofSeconds(60);
        private PulseListener listener = Options.NOBODY;

        private Builder() {}

        public Builder ttl(MapTtl value) {
            ttl = value;
            return this;
        }

        public Builder checkPeriod(Duration value) {
            checkPeriod = value;
            return this;
        }

        public Builder stalenessBound(Duration value) {
            stalenessBound = value;
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
        public MapOptions build() {
            return new MapOptions(ttl, checkPeriod, stalenessBound, listener);
        }
    }
}
