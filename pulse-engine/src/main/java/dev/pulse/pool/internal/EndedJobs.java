package dev.pulse.pool.internal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The jobs that ended here last, for a Redis that falls back to a state in which they had not. Thread-safe. */
final class EndedJobs {
    private static final int MOST = 10_000;
    /** The longest result that is remembered, in bytes: of a longer one only that it was there. */
    private static final int LONGEST_RESULT = 1024;

    private static final byte[] NONE = {};

    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<String, End> ends = new Latest<>(MOST);

    /**
     * How a key ended.
     *
     * @param token its last
     * @param error why it could not be begun; empty when it was stopped, or is done
     * @param result of a task that is done
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record End(long token, String error, byte @Nullable [] result) {
        static End stopped(long token) {
            return new End(token, "", null);
        }
    }

    void stopped(String key, long token) {
        add(key, End.stopped(token));
    }

    /** Its first start threw. */
    void failed(String key, long token, String error) {
        add(key, new End(token, error, null));
    }

    /** It was a task, with this result. */
    void done(String key, long token, byte[] result) {
        add(key, new End(token, "", result.length <= LONGEST_RESULT ? result : NONE));
    }

    private void add(String key, End end) {
        lock.lock();
        try {
            ends.merge(key, end, (one, other) -> one.token > other.token ? one : other);
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
