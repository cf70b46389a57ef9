package dev.pulse.pool.internal;

import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.internal.SharedState.Agreed;
import dev.pulse.redis.Redis;
import dev.pulse.wire.PoolKeys;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One life of a pool, from its first opening to its shutdown or a loss of state: its scripts, and the newest that this process
 * knows of its ring and its settings. Thread-safe.
 */
final class PoolIncarnation {
    private final Redis redis;
    private final PoolKeys keys;
    private final JobScripts jobs;
    private final ReachScripts reach;
    private final OwnerScripts owners;
    private final MessageScripts messages;
    private final PlacementScripts placement;
    private final PoolReads reads;
    private final MemberScripts members;
    /** Told of each newer ring, quickly. */
    private final Runnable ringChanged;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile Ring ring = Ring.parse(-1, "");
    private volatile Agreed agreed;

    PoolIncarnation(Redis redis, PoolKeys keys, Agreed agreed, Runnable ringChanged) {
        this.redis = redis;
        this.keys = keys;
        this.jobs = new JobScripts(keys);
        this.reach = new ReachScripts(keys);
        this.owners = new OwnerScripts(keys);
        this.messages = new MessageScripts(keys);
        this.reads = new PoolReads(keys);
        this.placement = new PlacementScripts(keys);
        this.members = new MemberScripts(keys);
        this.agreed = agreed;
        this.ringChanged = ringChanged;
    }

    /** Greater than that of every one before. */
    long g() {
        return keys.incarnation();
    }

    Redis redis() {
        return redis;
    }

    PoolKeys keys() {
        return keys;
    }

    JobScripts jobs() {
        return jobs;
    }

    ReachScripts reach() {
        return reach;
    }

    OwnerScripts owners() {
        return owners;
    }

    MessageScripts messages() {
        return messages;
    }

    PoolReads reads() {
        return reads;
    }

    PlacementScripts placement() {
        return placement;
    }

    MemberScripts members() {
        return members;
    }

    /** The newest that is known; one that is out of date costs a round trip, and never a wrong placement. */
    Ring ring() {
        return ring;
    }

    /** Keeps the newer of the two rings. */
    void learn(Ring found) {
        learn(found, false);
    }

    /** The same, but where Redis fell back to an older state: then that is what counts. */
    void learn(RingChanged told) {
        learn(told.ring(), told.isBack());
    }

    private void learn(Ring found, boolean isBack) {
        lock.lock();
        try {
            if (found.version() <= ring.version() && !isBack) {
                return;
            }
            ring = found;
        } finally {
            lock.unlock();
        }
        ringChanged.run();
    }

    /** Learns what Redis has now, also where that is older than what is known. */
    void refresh() throws InterruptedException {
        // known before Redis is asked, so that nothing older can come from one that did not fall back
        Ring known = ring;
        long agreedOn = agreed.version();
        Optional<SharedState> read = SharedState.read(redis, keys);
        if (read.isPresent()) {
            Ring found = read.get().ring();
            boolean isBack =
                    found.version() < known.version() || (found.version() == known.version() && !found.equals(known));
            learn(found, isBack);
            learn(read.get().settings(), read.get().settings().version() < agreedOn);
        }
    }

    PoolSettings settings() {
        return agreed.settings();
    }

    /** How often the settings were changed, as far as is known. */
    long settingsVersion() {
        return agreed.version();
    }

    private void learn(Agreed found, boolean isBack) {
        lock.lock();
        try {
            if (found.version() > agreed.version() || isBack) {
                agreed = found;
            }
        } finally {
            lock.unlock();
        }
    }
}
