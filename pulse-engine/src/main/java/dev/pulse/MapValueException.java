package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * A value of a replicated map is not of the kind that was asked for: no integer to add to, no list to change, nothing that
 * the codec can read. Nothing was changed.
 */
public final class MapValueException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} names map, key and what was expected. */
    public MapValueException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
