package dev.pulse.pool;

import java.util.Objects;
import java.util.Optional;

/**
 * A job that is wanted.
 *
 * @param key what it is to be known by in its pool, which has one job of a key at most: 1 to 512 characters. The key decides
 *     which worker gets it
 * @param payload what its handler gets; must not be changed until the dispatch has returned
 * @param id the dispatch id, 1 to 512 characters: however often it is dispatched, also by others, it starts one job at most,
 *     and its {@linkplain PoolClient#outcome outcome} can be read by anyone for a while. Without one the engine makes an id,
 *     and no outcome is kept
 * @param workerNeeded whether it is refused when the pool has no worker that takes it now, rather than wait for one
 * @param withdrawnWhenLate whether a job that has not begun within the dispatch time-out is withdrawn, rather than left
 *     to begin later
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record JobRequest(
        String key, byte[] payload, Optional<String> id, boolean workerNeeded, boolean withdrawnWhenLate) {
    public JobRequest {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(id, "id");
    }

    /** A job that waits for a worker if need be. */
    public static JobRequest of(String key, byte[] payload) {
        return new JobRequest(key, payload, Optional.empty(), false, false);
    }

    /** The same with a dispatch id. */
    public JobRequest withId(String value) {
        return new JobRequest(key, payload, Optional.of(value), workerNeeded, withdrawnWhenLate);
    }

    /** The same, refused when no worker takes it now. */
    public JobRequest needingWorker() {
        return new JobRequest(key, payload, id, true, withdrawnWhenLate);
    }

    /** The same, withdrawn when it has not begun within the dispatch time-out. */
    public JobRequest withdrawnWhenLate(boolean value) {
        return new JobRequest(key, payload, id, workerNeeded, value);
    }
}
