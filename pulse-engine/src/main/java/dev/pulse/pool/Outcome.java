package dev.pulse.pool;

import java.util.Optional;

/**
 * What became of a job that was dispatched with an id.
 *
 * @param key of the job
 * @param id its dispatch id
 * @param state how far it is
 * @param fencingToken the last that is known; 0 when it never had one
 * @param error what its handler said when it failed
 * @param result what the handler of a task that is done said
 */
public record Outcome(
        String key, String id, State state, long fencingToken, Optional<String> error, Optional<byte[]> result) {
    /**
     * How far a job is. What is settled can change from started to how it ended, and in no other way, but that a dead job which
     * is {@linkplain PoolClient#retryJob tried anew} is pending again.
     */
    public enum State {
        /** Accepted, and not begun. */
        PENDING,
        /** Its handler began it. */
        STARTED,
        /** It ran to its end. */
        DONE,
        /** Its handler could not begin it, or do it. */
        FAILED,
        /** Somebody stopped it. */
        STOPPED,
        /** It was given up after all its attempts. */
        DEAD,
        /** Redis lost its state, and it ran nowhere. */
        LOST,
        /** It was withdrawn before it was accepted: it will never begin. */
        WITHDRAWN
    }
}
