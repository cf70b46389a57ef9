package dev.pulse.pool.internal;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Redis;
import dev.pulse.task.Tasks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all calls of one handle have in common. Thread-safe.
 *
 * @param pool the name, for messages
 * @param dispatchTimeout how long a dispatch or a stop waits
 * @param mostBytes how large a payload may be
 */
record Client(String pool, Redis redis, PoolLife life, Answers answers, Duration dispatchTimeout, int mostBytes) {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    void requirePayload(String what, byte[] payload) {
        if (payload.length > mostBytes) {
            throw new IllegalArgumentException(what + " has at most " + mostBytes + " bytes, had " + payload.length);
        }
    }

    /** The incarnation of the pool to begin with. */
    PoolIncarnation present() {
        answers.requireOpen();
        return life.current();
    }

    /**
     * The one after another that is gone.
     *
     * @param end by {@link System#nanoTime}; it is looked for a moment at least
     */
    PoolIncarnation after(PoolIncarnation gone, long end) throws InterruptedException {
        answers.requireOpen();
        long least = System.nanoTime() + redis.timeout().toNanos();
        return life.after(gone, redis.until(least - end < 0 ? end : least));
    }

    /** How messages name a job that is wanted. */
    static String named(JobScripts.Request job) {
        return "job \"" + job.key() + "\" of dispatch \"" + job.id() + '"';
    }

    /** The ring that the pool has in place of the one that was named. */
    static Ring learn(PoolIncarnation pool, RingChanged changed) {
        pool.learn(changed);
        return changed.ring();
    }

    /** A message about this pool. */
    String says(String what) {
        return "pool \"" + pool + "\": " + what;
    }

    /** Tells the caller so, with the interrupt flag set. */
    OutcomeUnknownException interrupted(String what, @Nullable Throwable cause) {
        Thread.currentThread().interrupt();
        return new OutcomeUnknownException(says(what + ": interrupted while waiting"), cause);
    }

    OutcomeUnknownException unknown(String what) {
        return unknown(what, null);
    }

    OutcomeUnknownException unknown(String what, @Nullable Throwable cause) {
        return new OutcomeUnknownException(says(what), cause);
    }

    /** Lets workers say what they run, after a loss of state, as long as the call has time. */
    void awaitRecovery(Redis call) throws InterruptedException {
        if (call.timeLeft().compareTo(BETWEEN_TRIES) <= 0) {
            throw new RedisUnavailableException(
                    says("nothing was done: Redis lost its state, and workers still say what they run"), null);
        }
        Tasks.sleep(BETWEEN_TRIES);
        answers.requireOpen();
    }
}
