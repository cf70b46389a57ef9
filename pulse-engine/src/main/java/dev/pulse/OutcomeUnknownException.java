package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * A command was sent and its reply never came: it may have been carried out, once, or not at all. When that was because
 * the calling thread was interrupted, its interrupt flag is set.
 */
public final class OutcomeUnknownException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
