package dev.pulse.wire;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a stream keeps, as the field {@code retention_config} of its lifecycle record says it. Go v1.10 compares the
 * text as it is, so there is exactly one for each value, and no other is accepted.
 *
 * @param maxLength how many events at most; 0 for no bound
 * @param mode what else ends the life of events
 * @param value in milliseconds: for {@link Mode#TTL} how long, 1 or more; for {@link Mode#DEADLINE} when, since 1970, 1
 *     or more; for {@link Mode#NONE} 0
 * @param sliding whether each added event makes the time to live start anew; only with {@link Mode#TTL}
 */
public record RetentionConfig(long maxLength, Mode mode, long value, boolean sliding) {
    private static final String VERSION = "2";
    private static final Pattern VERSIONED = Pattern.compile("v=([^|]*)(\\|.*)?", Pattern.DOTALL);
    private static final Pattern FORMAT = Pattern.compile(
            "v=2\\|max=(0|[1-9][0-9]*)\\|mode=(none|ttl|deadline)\\|value=(0|[1-9][0-9]*)" + "\\|sliding=(true|false)");

    /** What ends the life of events, beside the bound on their number. */
    public enum Mode {
        /** Nothing. */
        NONE,
        /** The stream expires some time after its first event, or after its last one. */
        TTL,
        /** The stream expires at a moment, and nothing is added after it. */
        DEADLINE;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Throws {@link IllegalArgumentException} when a part is out of its range or contradicts the mode. */
    public RetentionConfig {
        Objects.requireNonNull(mode, "mode");
        if (maxLength < 0) {
            throw new IllegalArgumentException("maxLength is 1 or more, or 0 for no bound, was " + maxLength);
        }
        if (mode == Mode.NONE && value != 0) {
            throw new IllegalArgumentException("value is 0 with mode none, was " + value);
        }
        if (mode != Mode.NONE && value < 1) {
            throw new IllegalArgumentException("value is 1 or more with mode " + mode.text() + ", was " + value);
        }
        if (sliding && mode != Mode.TTL) {
            throw new IllegalArgumentException("sliding is false with mode " + mode.text() + ", was true");
        }
    }

    /** The text for the lifecycle record: {@code v=2|max=…|mode=…|value=…|sliding=…}. */
    public String encode() {
        return "v=" + VERSION + "|max=" + maxLength + "|mode=" + mode.text() + "|value=" + value + "|sliding="
                + sliding;
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException naming the text, when its version is unknown, it has another form, or its parts
     *     contradict each other
     */
    public static RetentionConfig parse(String text) {
        Objects.requireNonNull(text, "text");
        Matcher versioned = VERSIONED.matcher(text);
        if (versioned.matches() && !versioned.group(1).equals(VERSION)) {
            throw new IllegalArgumentException("retention config has the unknown version "
                    + Shown.text(versioned.group(1)) + ", known is " + VERSION + ", was " + Shown.text(text));
        }
        Matcher parts = FORMAT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "retention config is v=2|max=<count>|mode=<none, ttl or deadline>|value=<ms>"
                            + "|sliding=<true or false>, was " + Shown.text(text));
        }
        try {
            return new RetentionConfig(
                    Long.parseLong(parts.group(1)),
                    Mode.valueOf(parts.group(2).toUpperCase(Locale.ROOT)),
                    Long.parseLong(parts.group(3)),
                    Boolean.parseBoolean(parts.group(4)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "retention config has numbers of at most " + Long.MAX_VALUE + ", was " + Shown.text(text), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "retention config contradicts itself: " + e.getMessage() + ", was " + Shown.text(text), e);
        }
    }
}
