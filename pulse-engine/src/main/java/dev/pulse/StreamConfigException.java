package dev.pulse;

import org.jspecify.annotations.Nullable;

/** A wish for a stream or a sink contradicts what is written in Redis; the message names both. */
public final class StreamConfigException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public StreamConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
