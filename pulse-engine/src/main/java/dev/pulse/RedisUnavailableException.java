package dev.pulse;

import org.jspecify.annotations.Nullable;

/** Redis could not be reached, or did not take the command, within the time-out; what was asked for was <em>not</em> done. */
public final class RedisUnavailableException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public RedisUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
