package dev.pulse;

import org.jspecify.annotations.Nullable;

/** A pool has no worker that takes anything at present, and the caller wants no waiting for one; nothing was done. */
public final class NoWorkerException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public NoWorkerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
