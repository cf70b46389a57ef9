package dev.pulse.pool.internal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The jobs that ended here last, for a Redis that falls back to a state in which they had not. Thread-safe. */
final class EndedJobs {
    private static final int MOST = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<String, End> ends = new Latest<>(MOST);

    /**
     * How a key ended.
     *
     * @param token its last
     * @param error why it could not be begun; empty when it was stopped
     */
    record End(long token, String error) {}

    /** It has ended, for good. */
    void add(String key, long token, String error) {
        lock.lock();
        try {
            ends.merge(key, new End(token, error), (one, other) -> one.token > other.token ? one : other);
        } finally {
            lock.unlock();
        }
    }

    /** How it ended, if it did with this token or a later one. */
    Optional<End> of(String key, long token) {
        lock.lock();
        try {
            return Optional.ofNullable(ends.get(key)).filter(end -> end.token >= token);
        } finally {
            lock.unlock();
        }
    }
}
