package dev.pulse;

import org.jspecify.annotations.Nullable;

/** Redis refused the user, the password or the right to run the command; what was asked for was not done. */
public final class AccessDeniedException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public AccessDeniedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
