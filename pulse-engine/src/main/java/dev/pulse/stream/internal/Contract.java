package dev.pulse.stream.internal;

import dev.pulse.stream.Retention;
import dev.pulse.wire.RetentionConfig;
import dev.pulse.wire.RetentionConfig.Mode;
import java.time.Instant;

/**
 * What an incarnation keeps, as Redis has it: Go's retention config, and what that cannot say.
 *
 * @param approximate whether trimming may leave some more than the maximum
 */
record Contract(RetentionConfig config, boolean approximate) {
    private static final String APPROXIMATE = "|trim=approximate";

    static Contract of(Retention retention) {
        RetentionConfig config = switch (retention.lifetime()) {
            case Retention.Unlimited unlimited -> new RetentionConfig(retention.maxLength(), Mode.NONE, 0, false);
            case Retention.Ttl(var duration, var sliding) ->
                new RetentionConfig(retention.maxLength(), Mode.TTL, duration.toMillis(), sliding);
            case Retention.Deadline(var time) ->
                new RetentionConfig(retention.maxLength(), Mode.DEADLINE, time.toEpochMilli(), false);
        };
        return new Contract(config, retention.approximate());
    }

    /** The text that scripts take and give: Go's, and behind it whether trimming is approximate. */
    String encode() {
        return approximate ? config.encode() + APPROXIMATE : config.encode();
    }

    /**
     * Reads what {@link #encode} wrote, or the record's own {@code retention_config}.
     *
     * @throws IllegalArgumentException naming the text
     */
    static Contract parse(String text) {
        boolean approximate = text.endsWith(APPROXIMATE);
        String config = approximate ? text.substring(0, text.length() - APPROXIMATE.length()) : text;
        return new Contract(RetentionConfig.parse(config), approximate);
    }

    long maxLength() {
        return config.maxLength();
    }

    boolean sliding() {
        return config.sliding();
    }

    /** The time to live in milliseconds. */
    long ttlMillis() {
        return config.value();
    }

    boolean hasDeadline() {
        return config.mode() == Mode.DEADLINE;
    }

    Instant deadline() {
        return Instant.ofEpochMilli(config.value());
    }
}
