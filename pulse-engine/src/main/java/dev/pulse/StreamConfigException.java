package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * A wish for a stream or a sink contradicts what is written in Redis, and the message names both; or a stream takes no
 * events any more, for its deadline has passed. What was asked for was not done.
 */
public final class StreamConfigException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public StreamConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
