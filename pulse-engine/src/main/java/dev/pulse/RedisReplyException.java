package dev.pulse;

import org.jspecify.annotations.Nullable;

/** Redis answered with an error that no rule of Pulse expects, such as a key of another type; its text is in the message. */
public final class RedisReplyException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public RedisReplyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
