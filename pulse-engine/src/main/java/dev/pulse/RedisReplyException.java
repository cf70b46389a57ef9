package dev.pulse;

import org.jspecify.annotations.Nullable;

/** Redis answered with an error that no rule of Pulse expects, such as a key of another type; its text is in the message. */
public final class RedisReplyException extends PulseException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /** Made by the engine; {@code code} is the first word of Redis' answer. */
    public RedisReplyException(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The first word of Redis' answer, such as {@code WRONGTYPE}. */
    public String code() {
        return code;
    }
}
