package dev.pulse.map.internal;

import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a replica's loop: changes in the order in which they were published, and what else it is to know. What
 * comes while the loop takes a snapshot waits here, and is replayed after it. Thread-safe.
 */
final class Inbox {
    /** A replica that lags so far behind gets there sooner by a snapshot. */
    private static final long MOST_BYTES = 64L * 1024 * 1024;
    /** About what a waiting message takes beside its own bytes. */
    private static final int EACH = 64;

    /** What waits. */
    sealed interface Notice {}

    /** A change that was published. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Published(byte[] message) implements Notice {}

    /** What happened otherwise. */
    enum Sign implements Notice {
        /** The subscription is confirmed: what is published from now on comes here. */
        SUBSCRIBED,
        /** Somebody has reason to think that the replica is not what Redis has. */
        DOUBT,
        /** There may be something to do, such as to end. */
        WAKE
    }

    private final Queue<Notice> notices = new ConcurrentLinkedQueue<>();
    private final Wakeup something = new Wakeup();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean overflowed = new AtomicBoolean();

    void published(byte[] message) {
        if (bytes.addAndGet(message.length + EACH) > MOST_BYTES) {
            bytes.addAndGet(-message.length - EACH);
            overflowed.set(true);
            return;
        }
        notices.add(new Published(message));
        something.wake();
    }

    void sign(Sign sign) {
        notices.add(sign);
        something.wake();
    }

    boolean isEmpty() {
        return notices.isEmpty();
    }

    /** Waits for that long, or until something may be there. */
    void await(Duration longest) throws InterruptedException {
        if (notices.isEmpty()) {
            something.await(longest);
        }
    }

    /** What waits longest; null when nothing waits. */
    @Nullable
    Notice next() {
        Notice next = notices.poll();
        if (next instanceof Published published) {
            bytes.addAndGet(-published.message().length - EACH);
        }
        return next;
    }

    /** Whether changes were dropped since it was asked last. */
    boolean takeOverflow() {
        return overflowed.getAndSet(false);
    }
}
