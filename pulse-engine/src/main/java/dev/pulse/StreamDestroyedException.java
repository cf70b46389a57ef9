package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * The incarnation of the stream that this handle belongs to was destroyed, so what was asked for was not done; a new
 * handle makes or joins the next one.
 */
public final class StreamDestroyedException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public StreamDestroyedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
