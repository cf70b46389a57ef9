package dev.pulse.camel.map;

import dev.pulse.PulseException;
import dev.pulse.map.ReplicatedMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the processes that work on completed groups are alive. Each changes a key of its own now and then; one whose key does
 * not change any more, or is gone, is dead. No clocks are compared: everybody watches for how long nothing changes, and
 * begins anew when Redis was away, for then nobody could change anything. Thread-safe.
 */
final class GroupOwners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupOwners.class);
    private static final String PREFIX = "owner:";
    /** So many beats must be missing. */
    private static final int MISSED = 4;

    private final ReplicatedMap<byte[]> map;
    private final String self = UUID.randomUUID().toString();
    private final Duration period;
    private final Thread beating;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<String, Seen> seen = new HashMap<>();

    /** A beat, and since when it has not changed, by {@link System#nanoTime}. */
    private record Seen(String beat, long since) {}

    /** Begins to be alive. */
    GroupOwners(ReplicatedMap<byte[]> map, Duration period) throws InterruptedException {
        this.map = map;
        this.period = period;
        beat(0);
        this.beating = Thread.ofVirtual().name("pulse aggregation").start(this::keepBeating);
    }

    /** The name of this process. */
    String self() {
        return self;
    }

    private void keepBeating() {
        try {
            for (long count = 1; true; count++) {
                Thread.sleep(period);
                try {
                    beat(count);
                } catch (PulseException | IllegalStateException e) {
                    LOG.debug("owner={} state=not-heard", self, e);
                    forgetAll();
                }
            }
        } catch (InterruptedException e) {
            LOG.trace("owner={} state=closed", self);
        }
    }

    private void beat(long count) throws InterruptedException {
        map.set(PREFIX + self, (count + " " + period.toMillis()).getBytes(StandardCharsets.US_ASCII));
    }

    private void forgetAll() {
        lock.lock();
        try {
            seen.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this process died, or is this one's former life. What it has is there for others then. */
    boolean isDead(String owner) throws InterruptedException {
        if (owner.equals(self)) {
            return false;
        }
        byte[] known = map.get(PREFIX + owner);
        if (known != null && !isOverdue(owner, new String(known, StandardCharsets.US_ASCII))) {
            return false;
        }
        // the replica may lag behind
        String fresh = map.getFresh(PREFIX + owner)
                .map(beat -> new String(beat, StandardCharsets.US_ASCII))
                .orElse(null);
        return fresh == null || isOverdue(owner, fresh);
    }

    private boolean isOverdue(String owner, String beat) {
        long now = System.nanoTime();
        lock.lock();
        try {
            Seen before = seen.get(owner);
            if (before == null || !before.beat().equals(beat)) {
                seen.put(owner, new Seen(beat, now));
                return false;
            }
            return now - before.since() > MISSED * period(beat).toNanos();
        } finally {
            lock.unlock();
        }
    }

    private static Duration period(String beat) {
        return Duration.ofMillis(Long.parseLong(beat.substring(beat.indexOf(' ') + 1)));
    }

    /** Forgets those that have nothing any more and are dead. */
    void sweep(Set<String> owners) throws InterruptedException {
        for (String key : map.keys()) {
            if (key.startsWith(PREFIX)) {
                String owner = key.substring(PREFIX.length());
                if (!owners.contains(owner) && isDead(owner)) {
                    map.delete(key);
                }
            }
        }
    }

    /** What it has is there for others from now on. */
    @Override
    public void close() {
        beating.interrupt();
        boolean interrupted = false;
        try {
            beating.join();
            map.delete(PREFIX + self);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (PulseException | IllegalStateException e) {
            LOG.debug("owner={} state=left-behind", self, e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
