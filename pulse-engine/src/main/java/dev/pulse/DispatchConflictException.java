package dev.pulse;

import org.jspecify.annotations.Nullable;

/** A dispatch id was used before for a job with another key or payload; nothing was started by this call. */
public final class DispatchConflictException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public DispatchConflictException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
