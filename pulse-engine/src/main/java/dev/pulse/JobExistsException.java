package dev.pulse;

import org.jspecify.annotations.Nullable;

/** The pool has a job of that key already; nothing was started, and that job is as it was. */
public final class JobExistsException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public JobExistsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
