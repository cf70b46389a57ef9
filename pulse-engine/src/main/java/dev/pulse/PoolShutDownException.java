package dev.pulse;

import org.jspecify.annotations.Nullable;

/** A pool was shut down: its jobs are stopped, and this handle of it ends. What was asked for was not done. */
public final class PoolShutDownException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public PoolShutDownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
