package dev.pulse.stream;

import static dev.pulse.wire.Options.require;

import dev.pulse.PulseListener;
import dev.pulse.wire.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a consumer of a sink works.
 *
 * @param startAt where the sink begins if this makes it, otherwise ignored; default oldest (Go: newest)
 * @param batchSize how many events one read takes at most, 1 to 10,000; default 100; Go's {@code MaxPolled}
 * @param concurrency how many handlers run at once, 1 to 100,000; default 1, which keeps the stream's order
 * @param maxInFlight how many events may be read and not settled, 1 to 1,000,000, at least {@code concurrency}; default
 *     the larger of {@code batchSize} and twice {@code concurrency}; Go's {@code BufferSize}
 * @param ackDeadline after which an event that nobody extends is claimed by another consumer, 100 ms to 1 h; default
 *     20 s; a Go sink of the same name prescribes its own; Go's {@code AckGracePeriod}
 * @param maxProcessing how long the deadline of one delivery is extended, at least {@code ackDeadline}, up to 24 h;
 *     default 30 min. Then the handler is interrupted and the event is released
 * @param backoff how long a failed event waits before it is tried again, doubling with each attempt, 1 ms to 1 h;
 *     default 1 s
 * @param maxBackoff the longest such wait, at least {@code backoff}, up to 24 h; default 1 min
 * @param maxDeliveries how many deliveries of an event may fail, or end with their process, before it goes to the
 *     {@linkplain DeadLetters dead letters}, 1 to 999,999; default 16. Redis also counts deliveries that were read and never begun
 *     when their process died; so an event that reaches the bound without failing here is tried once more, while no
 *     other handler of its consumer runs
 * @param blockTime how long one blocking read waits in Redis, 1 ms to 6 s; default 5 s; Go's {@code BlockDuration}
 * @param topics which events the sink is about, by their topic; others are acknowledged without a delivery, and not
 *     even decoded. Default {@linkplain TopicFilter#all all}. A Go sink of the same name must have the same filter; Go's
 *     {@code Topic}, {@code TopicPattern}
 * @param filter which of these are delivered; others are acknowledged. Default all. It runs on the thread that reads, so
 *     it must not block; a throw counts as a failed delivery. All consumers of a sink should have the same
 * @param orderBy the key of an event: events with the same key are handled one after another within this consumer, in
 *     the stream's order, others beside them, up to {@code concurrency} at once. A failed event holds up its key until it
 *     is acknowledged or a dead letter, and no other. With {@code consumeManually} a key is held until its event is
 *     settled, so whoever collects events before settling any gets one of each key. Events for which it returns null are
 *     in no order. It runs on the thread that reads, so it must not block; a throw counts as a failed delivery. Not for
 *     {@code poll}. Default: in no order, but for {@code concurrency} 1
 * @param exclusive whether only one consumer of the sink is active, in all processes, and the others wait to succeed it:
 *     at once when it is closed, within {@code ackDeadline} and 2 s when it dies. The successor first takes over what is
 *     pending. All consumers of the sink must say so; Go has none such. An active consumer that was paused for longer than
 *     its lease begins nothing more, but a handler may still be at work: {@link Delivery#fencingToken} tells it from its
 *     successors; and what it was given and did not begin may come to them after newer events. Default false
 * @param ackMode who acknowledges; default {@link AckMode#AUTO}. A Go sink of the same name must agree on whether anybody
 *     does
 * @param listener who is told, beside the listener of the engine, what happens to this consumer, such as a connection
 *     lost and restored. Called at once, by a thread that the consumer works with, so it should be quick; what it throws
 *     is logged. Default nobody
 */
public record SinkOptions(
        StartAt startAt,
        int batchSize,
        int concurrency,
        int maxInFlight,
        Duration ackDeadline,
        Duration maxProcessing,
        Duration backoff,
        Duration maxBackoff,
        int maxDeliveries,
        Duration blockTime,
        TopicFilter topics,
        Optional<Predicate<? super Event<?>>> filter,
        Optional<Function<? super Event<?>, @Nullable String>> orderBy,
        boolean exclusive,
        AckMode ackMode,
        PulseListener listener) {
    private static final Duration DAY = Duration.ofHours(24);
    private static final SinkOptions DEFAULTS = builder().build();

    public SinkOptions {
        require("batchSize", batchSize, 1, 10_000);
        require("concurrency", concurrency, 1, 100_000);
        require("maxInFlight", maxInFlight, concurrency, 1_000_000);
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(orderBy, "orderBy");
        Objects.requireNonNull(ackMode, "ackMode");
        Objects.requireNonNull(listener, "listener");
        require("ackDeadline", ackDeadline, Duration.ofMillis(100), Duration.ofHours(1));
        require("maxProcessing", maxProcessing, ackDeadline, DAY);
        require("backoff", backoff, Duration.ofMillis(1), Duration.ofHours(1));
        require("maxBackoff", maxBackoff, backoff, DAY);
        require("maxDeliveries", maxDeliveries, 1, 999_999);
        require("blockTime", blockTime, Duration.ofMillis(1), Duration.ofSeconds(6));
    }

    /** All defaults. */
    public static SinkOptions defaults() {
        return DEFAULTS;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Makes {@link SinkOptions}; what is not set has its default. */
    public static final class Builder {
        private StartAt startAt = StartAt.oldest();
        private int batchSize = 100;
        private int concurrency = 1;
        private int maxInFlight;
        private Duration ackDeadline = Duration.ofSeconds(20);
        private Duration maxProcessing = Duration.ofMinutes(30);
        private Duration backoff = Duration.ofSeconds(1);
        private Duration maxBackoff = Duration.ofMinutes(1);
        private int maxDeliveries = 16;
        private Duration blockTime = Duration.ofSeconds(5);
        private TopicFilter topics = TopicFilter.all();
        private Optional<Predicate<? super Event<?>>> filter = Optional.empty();
        private Optional<Function<? super Event<?>, @Nullable String>> orderBy = Optional.empty();
        private boolean exclusive;
        private AckMode ackMode = AckMode.AUTO;
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

        public Builder concurrency(int value) {
            concurrency = value;
            return this;
        }

        public Builder maxInFlight(int value) {
            require("maxInFlight", value, 1, 1_000_000);
            maxInFlight = value;
            return this;
        }

        public Builder ackDeadline(Duration value) {
            ackDeadline = value;
            return this;
        }

        public Builder maxProcessing(Duration value) {
            maxProcessing = value;
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

        public Builder maxDeliveries(int value) {
            maxDeliveries = value;
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
            filter = Optional.of(value);
            return this;
        }

        public Builder orderBy(Function<? super Event<?>, @Nullable String> value) {
            orderBy = Optional.of(value);
            return this;
        }

        /** {@link #orderBy} for a key that is part of the payload, which is of this type. */
        public <P> Builder orderByPayload(Class<P> type, Function<? super P, @Nullable String> value) {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(value, "value");
            return orderBy(event -> value.apply(type.cast(event.payload())));
        }

        public Builder exclusive(boolean value) {
            exclusive = value;
            return this;
        }

        public Builder ackMode(AckMode value) {
            ackMode = value;
            return this;
        }

        public Builder listener(PulseListener value) {
            listener = value;
            return this;
        }

        public SinkOptions build() {
            int inFlight = maxInFlight != 0 ? maxInFlight : Math.max(batchSize, 2 * concurrency);
            return new SinkOptions(
                    startAt,
                    batchSize,
                    concurrency,
                    inFlight,
                    ackDeadline,
                    maxProcessing,
                    backoff,
                    maxBackoff,
                    maxDeliveries,
                    blockTime,
                    topics,
                    filter,
                    orderBy,
                    exclusive,
                    ackMode,
                    listener);
        }
    }
}
