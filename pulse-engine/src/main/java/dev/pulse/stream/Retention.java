package dev.pulse.stream;

import dev.pulse.wire.Options;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a stream keeps: its contract, written once, when the stream is first used, and adopted by other handles. Only
 * {@link EventStream#changeRetention} changes it later. It starts anew with each incarnation.
 *
 * <pre>{@code
 * Retention.maxLength(1_000_000).withSlidingTtl(Duration.ofDays(7))
 * }</pre>
 *
 * @param maxLength how many events at most; 0 for no bound. Older ones are trimmed as new ones are added
 * @param approximate whether trimming may leave some more than {@code maxLength}, by about a hundred, which spares Redis
 *     work ({@code MAXLEN ~}); only with a bound. Go does not know this: its handles trim exactly, and its Snapshot
 *     fails while there are more
 * @param lifetime what else ends the life of events
 */
public record Retention(long maxLength, boolean approximate, Lifetime lifetime) {
    /** How many events a stream keeps when nobody said how many: 100,000. Go's is 1,000. */
    public static final long DEFAULT_MAX_LENGTH = 100_000;

    private static final Duration SHORTEST_TTL = Duration.ofMillis(1);
    private static final Duration LONGEST_TTL = Duration.ofDays(36_500);
    private static final Instant LATEST_DEADLINE = Instant.parse("9999-12-31T23:59:59.999Z");

    /** What ends the life of a stream's events, beside the bound on their number. */
    public sealed interface Lifetime {}

    /** Nothing. */
    public enum Unlimited implements Lifetime {
        UNLIMITED
    }

    /**
     * All events go together when this time is over; the stream itself goes on.
     *
     * @param duration 1 ms to 36,500 days, in whole milliseconds
     * @param sliding whether each added event makes the time start anew; else it starts with the first event that finds
     *     the stream empty
     */
    public record Ttl(Duration duration, boolean sliding) implements Lifetime {
        public Ttl {
            // first, for huge ones have no milliseconds
            Options.require("ttl", duration, SHORTEST_TTL, LONGEST_TTL);
            duration = duration.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /**
     * All events go at this moment, by Redis' clock, and none is added after it.
     *
     * @param time after 1970, up to the year 9999, in whole milliseconds
     */
    public record Deadline(Instant time) implements Lifetime {
        public Deadline {
            if (time.isAfter(LATEST_DEADLINE) || !time.isAfter(Instant.EPOCH)) {
                throw new IllegalArgumentException(
                        "deadline is after " + Instant.EPOCH + ", up to " + LATEST_DEADLINE + ", was " + time);
            }
            time = time.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /** Throws {@link IllegalArgumentException} when a part is out of its range or contradicts another. */
    public Retention {
        Objects.requireNonNull(lifetime, "lifetime");
        if (maxLength < 0) {
            throw new IllegalArgumentException("maxLength is 1 or more, or 0 for no bound, was " + maxLength);
        }
        if (approximate && maxLength == 0) {
            throw new IllegalArgumentException("approximate trimming needs a maxLength, was unbounded");
        }
    }

    /** The newest 100,000 events. */
    public static Retention defaults() {
        return maxLength(DEFAULT_MAX_LENGTH);
    }

    /** The newest {@code count} events, 1 or more; Go's {@code WithStreamMaxLen}. */
    public static Retention maxLength(long count) {
        return builder().maxLength(count).build();
    }

    /** All events; Go's {@code WithUnboundedStream}. */
    public static Retention unbounded() {
        return builder().unbounded().build();
    }

    /** The same, trimmed approximately; see {@link #approximate}. */
    public Retention withApproximateTrimming() {
        return toBuilder().approximateTrimming(true).build();
    }

    /** The same with a time to live from the first event on; see {@link Builder#ttl}. */
    public Retention withTtl(Duration ttl) {
        return toBuilder().ttl(ttl).build();
    }

    /** The same with a time to live from the last event on; see {@link Builder#slidingTtl}. */
    public Retention withSlidingTtl(Duration ttl) {
        return toBuilder().slidingTtl(ttl).build();
    }

    /** The same with a deadline; see {@link Builder#deadline}. */
    public Retention withDeadline(Instant deadline) {
        return toBuilder().deadline(deadline).build();
    }

    /** All parts one by one; begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    private Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxLength = maxLength;
        builder.approximate = approximate;
        builder.lifetime = lifetime == Unlimited.UNLIMITED ? null : lifetime;
        return builder;
    }

    /** Makes a {@link Retention}. Not thread-safe. */
    public static final class Builder {
        private long maxLength = DEFAULT_MAX_LENGTH;
        private boolean approximate;
        private @Nullable Lifetime lifetime;

        private Builder() {}

        /** How many events at most, 1 or more; default 100,000. Go's {@code WithStreamMaxLen}, there 1,000. */
        public Builder maxLength(long count) {
            if (count < 1) {
                throw new IllegalArgumentException("maxLength is 1 or more, was " + count);
            }
            maxLength = count;
            return this;
        }

        /** No bound on the number of events; Go's {@code WithUnboundedStream}. */
        public Builder unbounded() {
            maxLength = 0;
            return this;
        }

        /** Whether trimming may leave some more than the maximum; default exact. */
        public Builder approximateTrimming(boolean value) {
            approximate = value;
            return this;
        }

        /** All events go this long after the first one; 1 ms to 36,500 days. Go's {@code WithStreamTTL}. */
        public Builder ttl(Duration duration) {
            return lifetime(new Ttl(duration, false));
        }

        /** All events go this long after the last one; 1 ms to 36,500 days. Go's {@code WithStreamSlidingTTL}. */
        public Builder slidingTtl(Duration duration) {
            return lifetime(new Ttl(duration, true));
        }

        /**
         * All events go at this moment, which is in the future, and none is added after it. Go's
         * {@code WithStreamDeadline}.
         */
        public Builder deadline(Instant time) {
            Deadline deadline = new Deadline(time);
            Instant now = Instant.now();
            if (!deadline.time().isAfter(now)) {
                throw new IllegalArgumentException("deadline is in the future, was " + time + " at " + now);
            }
            return lifetime(deadline);
        }

        private Builder lifetime(Lifetime stated) {
            if (lifetime != null && !lifetime.equals(stated)) {
                throw new IllegalArgumentException(
                        "a stream has one of ttl, sliding ttl and deadline, was " + lifetime + " and " + stated);
            }
            lifetime = stated;
            return this;
        }

        /**
         * Checks that the parts go together.
         *
         * @throws IllegalArgumentException for approximate trimming without a bound
         */
        public Retention build() {
            return new Retention(maxLength, approximate, lifetime == null ? Unlimited.UNLIMITED : lifetime);
        }
    }
}
