package dev.pulse.stream;

import static dev.pulse.wire.Options.require;

import dev.pulse.PulseListener;
import dev.pulse.wire.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * How a reader reads.
 *
 * @param startAt where it begins; default newest
 * @param batchSize how many events a read of {@code consume} takes, 1 to 10,000; default 1,000
 * @param blockTime how long one blocking read waits in Redis, 1 ms to 6 s; default 5 s; Go's {@code BlockDuration}
 * @param topics which events are handed out, by their topic; others are not even decoded; default all; Go's
 *     {@code Topic} and {@code TopicPattern}
 * @param filter which events are handed out, by all that they hold; default all. It runs on the thread that polls or
 *     handles, so it should be quick. An event that it throws for is passed over and reported like an entry that cannot
 *     be read
 * @param listener who is told, beside the listener of the engine, what happens to this reader: connection lost and
 *     restored, gap, reset, entry dropped, stream destroyed. Called at once, by the thread that reads and before anything
 *     that was read is handed out, so it should be quick; what it throws is logged. Default nobody
 */
public record ReaderOptions(
        StartAt startAt,
        int batchSize,
        Duration blockTime,
        TopicFilter topics,
        Predicate<? super Event<?>> filter,
        PulseListener listener) {
    private static final Predicate<Event<?>> EVERY = event -> true;

    /** Throws {@link IllegalArgumentException} when a number or a duration is out of its range. */
    public ReaderOptions {
        require("batchSize", batchSize, 1, 10_000);
        require("blockTime", blockTime, Duration.ofMillis(1), Duration.ofSeconds(6));
        Objects.requireNonNull(startAt, "startAt");
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(listener, "listener");
    }

    /** All defaults. */
    public static ReaderOptions defaults() {
        return builder().build();
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes {@link ReaderOptions}; what is not set has its default. Each method sets the component of its name, where its
     * meaning and range stand. Not thread-safe.
     */
    public static final class Builder {
        private StartAt startAt = StartAt.newest();
        private int batchSize = 1_000;
        private Duration blockTime = Duration.ofSeconds(5);
        private TopicFilter topics = TopicFilter.all();
        private Predicate<? super Event<?>> filter = EVERY;
        private PulseListener listener = Options.NOBODY;

        private Builder() {}

        public Builder startAt(StartAt value) {
            startAt = value;
            return this;
        }

        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        public Builder blockTime(Duration value) {
            blockTime = value;
            return this;
        }

        public Builder topics(TopicFilter value) {
            topics = value;
            return this;
        }

        public Builder filter(Predicate<? super Event<?>> value) {
            filter = value;
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
        public ReaderOptions build() {
            return new ReaderOptions(startAt, batchSize, blockTime, topics, filter, listener);
        }
    }
}
