package dev.pulse;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong in the world outside the program: Redis, the network, the state of a stream. Wrong use of the API is
 * an {@link IllegalArgumentException} or {@link IllegalStateException} instead, and so is the use of what is closed. Each
 * kind says whether what was asked for was done. The family is sealed, so that a {@code switch} over it can be
 * complete.
 */
public abstract sealed class PulseException extends RuntimeException
        permits AccessDeniedException,
                DispatchConflictException,
                JobExistsException,
                JobFailedException,
                MapValueException,
                NoWorkerException,
                OnceConflictException,
                OutcomeUnknownException,
                PoolShutDownException,
                QueueFullException,
                RedisOutOfMemoryException,
                RedisReplyException,
                RedisUnavailableException,
                ReplicaBehindException,
                StreamConfigException,
                StreamDestroyedException {
    private static final long serialVersionUID = 1L;

    PulseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
