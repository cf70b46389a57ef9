package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a consumer of a sink may work: always, or, where one at a time is active, while it has the sink's lease. That
 * is one for all streams of the sink, so that order by key holds across them, and is kept at the first. Thread-safe.
 */
final class Activity {
    private static final Duration SLICE = Duration.ofMillis(500);

    private final @Nullable ExclusiveLease lease;
    private final Redis redis;

    /**
     * @param lease null where any number of consumers is active
     */
    Activity(@Nullable ExclusiveLease lease, Redis redis) {
        this.lease = lease;
        this.redis = redis;
    }

    boolean isExclusive() {
        return lease != null;
    }

    /** Whether a handler may begin now. */
    boolean mayBegin() {
        return lease == null || lease.isHeld();
    }

    /** The token of the term; 0 where any number of consumers is active. */
    long token() {
        return lease == null ? 0 : lease.token();
    }

    /**
     * Whether this is an active consumer; otherwise it has waited to become one.
     *
     * @param lasts for how long the lease is taken
     * @param connection to wait on; null where another thread is about the lease
     */
    boolean isActive(Duration lasts, @Nullable OwnedConnection connection, Duration block) throws InterruptedException {
        if (lease == null || lease.isHeld()) {
            return true;
        }
        if (connection == null) {
            lease.awaitHeld(Durations.shorter(block, SLICE));
            return false;
        }
        Duration others = lease.take(redis, lasts);
        if (others.isZero()) {
            return true;
        }
        if (!block.isZero()) {
            lease.await(connection, Durations.shorter(others, block));
        }
        return false;
    }

    /** Stays active if it is; false when another is by now. */
    boolean renew(Duration lasts) throws InterruptedException {
        return lease == null || lease.token() == 0 || lease.take(redis, lasts).isZero();
    }

    /** Lets another be active at once, in bounded time. */
    CloseResult end() {
        if (lease == null) {
            return CloseResult.drained();
        }
        boolean interrupted = Thread.interrupted();
        try {
            lease.end(redis.withTimeout(Deadlines.HARD));
            return CloseResult.drained();
        } catch (PulseException | IllegalStateException e) {
            return notGivenUp(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            interrupted = true;
            return notGivenUp("interrupted");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static CloseResult notGivenUp(String why) {
        return new CloseResult(
                CloseResult.How.DRAINED, List.of("the lease of an exclusive sink was not given up: " + why));
    }
}
