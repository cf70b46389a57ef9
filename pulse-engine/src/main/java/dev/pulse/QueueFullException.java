package dev.pulse;

import org.jspecify.annotations.Nullable;

/** A pool has as many jobs, or messages, waiting to begin as its limit allows; nothing was accepted. */
public final class QueueFullException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public QueueFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
