package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * A value was set in a replicated map, and the local replica did not show it in time. The write <em>is</em> done. When that
 * was because the calling thread was interrupted, its interrupt flag is set.
 */
public final class ReplicaBehindException extends PulseException {
    private static final long serialVersionUID = 1L;

    /** Made by the engine; {@code message} names the map and the revision waited for. */
    public ReplicaBehindException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
