package dev.pulse;

import org.jspecify.annotations.Nullable;

/** Redis is at its {@code maxmemory} and takes no writes; what was asked for was not done. */
public final class RedisOutOfMemoryException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} says what was tried and where. */
    public RedisOutOfMemoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
