package dev.pulse.map.internal;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

    private final LinkedBlockingQueue<Notice> notices = new LinkedBlockingQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean overflowed = new AtomicBoolean();

    void published(byte[] message) {
        if (bytes.addAndGet(message.length + EACH) > MOST_BYTES) {
            bytes.addAndGet(-message.length - EACH);
            overflowed.set(true);
            return;
        }
        notices.add(new Published(message));
    }

    void sign(Sign sign) {
        notices.add(sign);
    }

    /** What waits longest; null when nothing comes for that long. */
    @Nullable
    Notice next(Duration longest) throws InterruptedException {
        return taken(notices.poll(Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS));
    }

    /** What waits longest; null when nothing waits. */
    @Nullable
    Notice next() {
        return taken(notices.poll());
    }

    private @Nullable Notice taken(@Nullable Notice notice) {
        if (notice instanceof Published published) {
            bytes.addAndGet(-published.message().length - EACH);
        }
        return notice;
    }

    /** Whether changes were dropped since it was asked last. */
    boolean takeOverflow() {
        return overflowed.getAndSet(false);
    }
}
