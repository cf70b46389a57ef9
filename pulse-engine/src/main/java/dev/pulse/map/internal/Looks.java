package dev.pulse.map.internal;

import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * When a replica is to look next how the map stands in Redis, and which revision it expects until when. Times are those of
 * {@link System#nanoTime}. Not thread-safe.
 */
final class Looks {
    /** How long a change may be on its way before it counts as lost. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(500);

    private static final long SHORTEST_MILLIS = 50;
    /** Any writer may set an end; a map that changes all the time is looked at no more often than that. */
    private static final long AFTER_CHANGE_MILLIS = 1_000;

    private static final long AFTER_SUBSCRIBING_MILLIS = 1_500;

    private final long periodNanos;
    private final long patienceNanos;
    /** How soon a change is followed by a look: at once where what is written here has the map expire. */
    private final long afterChangeMillis;

    private long next;
    private long expected;
    private long expectedBy;
    private boolean expiryKnown;
    private long endsAt;

    Looks(MapOptions options) {
        this.periodNanos = options.checkPeriod().toNanos();
        this.patienceNanos = Math.min(ON_THE_WAY.toNanos(), periodNanos / 2);
        this.afterChangeMillis = options.ttl() == MapTtl.none() ? AFTER_CHANGE_MILLIS : SHORTEST_MILLIS;
    }

    boolean isDue(long now) {
        return now - next >= 0;
    }

    /** How long there is nothing to do. */
    Duration rest(long now) {
        long soonest = expected > 0 && expectedBy - next < 0 ? expectedBy : next;
        return Duration.ofNanos(Math.max(0, soonest - now));
    }

    /** A look begins: what was lost since is to be found within the period from now, patience included. */
    void begins(long now) {
        next = now + periodNanos - patienceNanos;
    }

    /** A subscription is new, perhaps because of a failover: what answered may have been about to step down. */
    void doubtful(long now) {
        soon(AFTER_SUBSCRIBING_MILLIS, now);
    }

    /** The looks of many maps that were joined together are spread over the period. */
    void spread() {
        next -= ThreadLocalRandom.current().nextLong(periodNanos / 2);
    }

    /** Nothing is expected any more. */
    void settled() {
        expected = 0;
    }

    /**
     * Redis has a revision that the replica has not. What is expected already comes first, or looks that follow each other
     * closely would put it off for ever.
     */
    void expect(long revision, long now) {
        if (expected == 0) {
            expected = revision;
            expectedBy = now + patienceNanos;
        }
    }

    /** The revision that should have come by now; 0 when there is none. */
    long overdue(long revision, long now) {
        if (expected > 0 && revision >= expected) {
            expected = 0;
        }
        return expected > 0 && now - expectedBy >= 0 ? expected : 0;
    }

    /** The map lives for so long; less than 0 for ever. Nobody will tell of its end. */
    void expiresIn(long millis, long now) {
        expiryKnown = millis >= 0;
        if (expiryKnown) {
            endsAt = now + TimeUnit.MILLISECONDS.toNanos(millis);
            soon(Math.max(SHORTEST_MILLIS, millis + 1), now);
        }
    }

    /** Whether the map came to an end that was known. */
    boolean isOver(long now) {
        return expiryKnown && now - endsAt >= 0;
    }

    /** A change was applied; returns whether it made the next look an earlier one, for it may have set an end. */
    boolean changed(long now) {
        if (expiryKnown) {
            return false;
        }
        long before = next;
        soon(afterChangeMillis, now);
        return next != before;
    }

    /** All was deleted: the end is no longer set, the next change may set another. */
    void cleared() {
        expiryKnown = false;
    }

    private void soon(long millis, long now) {
        long at = now + TimeUnit.MILLISECONDS.toNanos(millis);
        next = next - at > 0 ? at : next;
    }
}
