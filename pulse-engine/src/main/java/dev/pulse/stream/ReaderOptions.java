package dev.pulse.stream;

import static dev.pulse.stream.Options.require;

import java.time.Duration;

/**
 * How a reader reads.
 *
 * @param startAt where it begins; default newest
 * @param batchSize how many events a read of {@code consume} takes, 1 to 10,000; default 1,000
 * @param blockTime how long one blocking read waits in Redis, 1 ms to 6 s; default 5 s; Go's {@code BlockDuration}
 */
public record ReaderOptions(StartAt startAt, int batchSize, Duration blockTime) {
    public ReaderOptions {
        require("batchSize", batchSize, 1, 10_000);
        require("blockTime", blockTime, Duration.ofMillis(1), Duration.ofSeconds(6));
    }

    /** All defaults. */
    public static ReaderOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Makes {@link ReaderOptions}; what is not set has its default. */
    public static final class Builder {
        private StartAt startAt = StartAt.newest();
        private int batchSize = 1_000;
        private Duration blockTime = Duration.ofSeconds(5);

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

        public ReaderOptions build() {
            return new ReaderOptions(startAt, batchSize, blockTime);
        }
    }
}
