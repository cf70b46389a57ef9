package dev.pulse.camel.watch;

import dev.pulse.PulseException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last figures that are known of something. They are asked for on a thread of its own, one at a time, since Redis may be
 * away. Thread-safe.
 */
final class Asked<F> {
    private static final Logger LOG = LoggerFactory.getLogger(Asked.class);

    private final InUse<F> thing;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable F known;
    /* guarded by lock */
    private @Nullable Thread asking;

    Asked(InUse<F> thing) {
        this.thing = thing;
    }

    InUse<F> thing() {
        return thing;
    }

    /** Null before they first came. */
    @Nullable
    F known() {
        return known;
    }

    /** Asks, unless that is under way; the thread that does it. */
    Thread ask() {
        lock.lock();
        try {
            Thread current = asking;
            if (current == null || !current.isAlive()) {
                current = Thread.ofVirtual().name("pulse figures").start(this::askNow);
                asking = current;
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    private void askNow() {
        try {
            known = thing.figures();
        } catch (PulseException | IllegalStateException e) {
            // Redis is away, or it is closed; health tells
            LOG.debug("thing={} figures=unknown", thing.names(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
