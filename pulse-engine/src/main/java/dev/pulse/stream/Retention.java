package dev.pulse.stream;

/**
 * What a stream keeps. Written once, when the stream is first used; other handles adopt it.
 *
 * @param maxLength how many events at most, exactly; 0 for no bound. Older ones are trimmed as new ones are added
 */
public record Retention(long maxLength) {
    public static final long DEFAULT_MAX_LENGTH = 100_000;

    public Retention {
        if (maxLength < 0) {
            throw new IllegalArgumentException("maxLength is 1 or more, or 0 for no bound, was " + maxLength);
        }
    }

    /** The newest 100,000 events. */
    public static Retention defaults() {
        return new Retention(DEFAULT_MAX_LENGTH);
    }

    /** The newest {@code count} events, 1 or more; Go's {@code MaxLen}. */
    public static Retention maxLength(long count) {
        if (count < 1) {
            throw new IllegalArgumentException("maxLength is 1 or more, was " + count);
        }
        return new Retention(count);
    }

    /** All events; Go's {@code Unbounded}. */
    public static Retention unbounded() {
        return new Retention(0);
    }
}
