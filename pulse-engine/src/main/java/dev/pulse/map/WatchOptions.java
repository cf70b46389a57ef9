package dev.pulse.map;

import static dev.pulse.wire.Options.require;

/**
 * How a watch begins and how much may wait for it.
 *
 * @param initialContent whether it begins with what is there, each key as a change of kind
 *     {@link MapChange.Kind#PRESENT}; default false
 * @param backlog how many changes may wait before further ones are coalesced per key, 1 to 100,000; default 1,000
 */
public record WatchOptions(boolean initialContent, int backlog) {
    /** Throws {@link IllegalArgumentException} when {@code backlog} is out of its range. */
    public WatchOptions {
        require("backlog", backlog, 1, 100_000);
    }

    /** What changes from now on. */
    public static WatchOptions changes() {
        return builder().build();
    }

    /** What is there now, then what changes. */
    public static WatchOptions contentAndChanges() {
        return builder().initialContent(true).build();
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes {@link WatchOptions}; what is not set has its default. Each method sets the component of its name, where its
     * meaning and range stand. Not thread-safe.
     */
    public static final class Builder {
        private boolean initialContent;
        private int backlog = 1_000;

        private Builder() {}

        public Builder initialContent(boolean value) {
            initialContent = value;
            return this;
        }

        public Builder backlog(int value) {
            backlog = value;
            return this;
        }

        /**
         * Checks all values.
         *
         * @throws IllegalArgumentException when one is out of its range, naming it, the range and the value
         */
        public WatchOptions build() {
            return new WatchOptions(initialContent, backlog);
        }
    }
}
