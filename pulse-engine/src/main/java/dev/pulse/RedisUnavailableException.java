package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * Redis could not be reached, or did not take the command, within the time-out: it is down, starts, fails over, or is held
 * up. What was asked for was <em>not</em> done; where a method says that repeating changes nothing, it may have been.
 */
public final class RedisUnavailableException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public RedisUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
