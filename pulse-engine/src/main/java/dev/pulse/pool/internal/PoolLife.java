package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.RedisReplyException;
import dev.pulse.pool.PoolSettings;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.task.Tasks;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which incarnation of a pool this handle is at: opens it, finds the next after Redis lost its state, and knows when the pool
 * was shut down. Thread-safe.
 */
final class PoolLife {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final Redis redis;
    private final String pool;
    private final PoolScripts scripts;
    private final Runnable ringChanged;
    /** One at a time asks Redis; others wait for what it finds, and never for longer than a call may take. */
    private final ReentrantLock asking = new ReentrantLock();

    private volatile @Nullable PoolIncarnation current;
    private volatile boolean shutDown;

    PoolLife(Redis redis, String pool, PoolScripts scripts, Runnable ringChanged) {
        this.redis = redis;
        this.pool = pool;
        this.scripts = scripts;
        this.ringChanged = ringChanged;
    }

    /** The first opening; a pool that is being shut down is waited for, as long as a call may take. */
    PoolIncarnation open(PoolSettings initial) throws InterruptedException {
        return opened(redis.forOneCall(), 0, initial);
    }

    /**
     * The newest that is known; asks nobody. It may have ended without our having noticed.
     *
     * @throws PoolShutDownException when the pool was shut down
     */
    PoolIncarnation current() {
        PoolIncarnation known = current;
        if (shutDown) {
            throw shutDown();
        }
        if (known == null) {
            throw new IllegalStateException("pool \"" + pool + "\" is not open");
        }
        return known;
    }

    /** The last that was known, even if it has ended; empty before the first. */
    Optional<PoolIncarnation> last() {
        return Optional.ofNullable(current);
    }

    boolean isShutDown() {
        return shutDown;
    }

    private PoolShutDownException shutDown() {
        return new PoolShutDownException("pool \"" + pool + "\" was shut down", null);
    }

    /**
     * The one that came after another that Redis does not know any more; waits for it no longer than the call may take.
     *
     * @throws PoolShutDownException when the pool was shut down
     */
    PoolIncarnation after(PoolIncarnation gone, Redis call) throws InterruptedException {
        asking.lockInterruptibly();
        try {
            PoolIncarnation known = current();
            if (known != gone) {
                return known;
            }
            List<@Nullable Object> record = Replies.list(call.call(Command.repeatable("HMGET")
                    .key(PoolKeys.pool(pool))
                    .arg("g")
                    .arg("st")
                    .arg("end")));
            long g = number(record.get(0));
            boolean ended = record.get(1) != null && Replies.text(record.get(1)).equals("ended");
            if (number(record.get(2)) >= gone.g() || (ended && g == gone.g())) {
                shutDown = true;
                throw shutDown();
            }
            return opened(call, gone.g(), gone.settings());
        } finally {
            asking.unlock();
        }
    }

    /** It ended by a shutdown, and everything of it is gone. */
    void ended() {
        shutDown = true;
    }

    private PoolIncarnation opened(Redis call, long known, PoolSettings initial) throws InterruptedException {
        while (true) {
            switch (scripts.open(call, known, SharedState.fields(initial))) {
                case PoolScripts.Open open -> {
                    Optional<PoolIncarnation> found = load(call, open.keys());
                    if (found.isPresent()) {
                        current = found.get();
                        return found.get();
                    }
                }
                case PoolScripts.ShuttingDown ending -> awaitEnd(call, ending.keys());
                case PoolScripts.Unsupported unsupported ->
                    throw new RedisReplyException(
                            "FORMAT",
                            "pool \"" + pool + "\" was written by another version of Pulse, in format "
                                    + unsupported.format(),
                            null);
            }
        }
    }

    private void awaitEnd(Redis call, PoolKeys ending) throws InterruptedException {
        if (call.timeLeft().isZero()) {
            throw new PoolShutDownException(
                    "pool \"" + pool + "\" is still being shut down (incarnation " + ending.incarnation() + ")", null);
        }
        Tasks.sleep(BETWEEN_TRIES);
    }

    /** With ring and settings as they are; empty when it is gone again. */
    private Optional<PoolIncarnation> load(Redis call, PoolKeys keys) throws InterruptedException {
        return SharedState.read(call, keys).map(state -> {
            PoolIncarnation found = new PoolIncarnation(redis, keys, state.settings(), ringChanged);
            found.learn(state.ring());
            return found;
        });
    }

    private static long number(@Nullable Object text) {
        return text == null ? 0 : Long.parseLong(Replies.text(text));
    }
}
