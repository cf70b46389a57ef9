package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import java.time.Duration;
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
 *     and no outcome is kept. Ids that begin with {@code schedule/} are those of schedules
 * @param workerNeeded whether it is refused when the pool has no worker that takes it now, rather than wait for one
 * @param mayBeginLate whether a job that has not begun by the time that its caller waits no longer is left to begin later,
 *     rather than withdrawn
 * @param delay before which it does not begin, 0 to 365 days; one that has a delay is {@linkplain PoolClient#enqueue
 *     enqueued}, for nobody waits for its begin
 * @param attempts how many a task has, 1 to 1,000, or 0 for as many as {@link WorkerOptions#attempts} says
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record JobRequest(
        String key,
        byte[] payload,
        Optional<String> id,
        boolean workerNeeded,
        boolean mayBeginLate,
        Duration delay,
        int attempts) {
    private static final Duration LONGEST_DELAY = Duration.ofDays(365);

    /** Throws {@link IllegalArgumentException} when a value is out of its range. */
    public JobRequest {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(id, "id");
        require("delay", delay, Duration.ZERO, LONGEST_DELAY);
        require("attempts", attempts, 0, 1_000);
    }

    /** A job that waits for a worker if need be. */
    public static JobRequest of(String key, byte[] payload) {
        return new JobRequest(key, payload, Optional.empty(), false, true, Duration.ZERO, 0);
    }

    /** The same with a dispatch id. */
    public JobRequest withId(String value) {
        return new JobRequest(key, payload, Optional.of(value), workerNeeded, mayBeginLate, delay, attempts);
    }

    /** The same, refused when no worker takes it now. */
    public JobRequest needingWorker() {
        return new JobRequest(key, payload, id, true, mayBeginLate, delay, attempts);
    }

    /** The same, withdrawn when it has not begun by the time that its caller waits no longer. */
    public JobRequest withdrawnWhenLate() {
        return new JobRequest(key, payload, id, workerNeeded, false, delay, attempts);
    }

    /** The same, begun no earlier than after this delay. */
    public JobRequest withDelay(Duration value) {
        return new JobRequest(key, payload, id, workerNeeded, mayBeginLate, value, attempts);
    }

    /** The same, with that many attempts. */
    public JobRequest withAttempts(int value) {
        return new JobRequest(key, payload, id, workerNeeded, mayBeginLate, delay, value);
    }
}
