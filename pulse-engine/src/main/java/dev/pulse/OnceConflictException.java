package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * A key of {@code addOnce} was used before for an event with another name, topic or payload; nothing was added. The
 * message names the key and the id of that event.
 */
public final class OnceConflictException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public OnceConflictException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
