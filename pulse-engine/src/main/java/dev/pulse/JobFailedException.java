package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * A job that a call waited for failed: its handler threw, or it was stopped, withdrawn or given up before it had begun. The
 * message says which, and what the handler said; nothing of the job is left.
 */
public final class JobFailedException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public JobFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
