package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What any node does for the whole pool when it is due: gives away jobs that wait, and those of workers that died, and drops
 * dead ones that are kept no longer. It learns
 * what is due from the beats; all of it can be done by several at once.
 */
final class Upkeep {
    private static final Duration IDLE = Duration.ofHours(1);
    /** So that a lease that was renewed at its very end is not looked at for nothing. */
    private static final Duration AFTER_LEASE = Duration.ofMillis(100);

    private final Placing placing;
    private final Sweeping sweeping;
    private final DeadJobs dead;
    private final Turn turn;

    private final Recurring loop;
    private volatile @Nullable Found found;

    /* of the loop's thread */
    private @Nullable Found seen;

    /** What a beat told, and when that was, by {@link System#nanoTime}. */
    private record Found(PoolIncarnation at, Alive pool, long time) {}

    /**
     * Begins with the first beat.
     *
     * @param rank how many nodes of a ring have their turn before this one
     */
    Upkeep(Placing placing, Sweeping sweeping, DeadJobs dead, ToIntFunction<Ring> rank, LoopSignal signal) {
        this.placing = placing;
        this.sweeping = sweeping;
        this.dead = dead;
        this.turn = new Turn(rank);
        this.loop = Recurring.start(signal, this::work);
    }

    /** A beat found this. */
    void found(PoolIncarnation at, Alive pool) {
        found = new Found(at, pool, System.nanoTime());
        loop.wake();
    }

    private Duration work() throws InterruptedException {
        Found now = found;
        if (now == null) {
            return IDLE;
        }
        if (now != seen) {
            plan(now, now.time(), now.pool().firstLeaseEnds());
            handOut(now);
            // only now: what fails is tried again
            seen = now;
        }
        if (turn.hasCome()) {
            Optional<Duration> next = sweeping.begin(now.at());
            turn.forget();
            plan(now, System.nanoTime(), next);
        }
        return turn.rest(IDLE);
    }

    private void plan(Found now, long from, Optional<Duration> firstLeaseEnds) {
        if (firstLeaseEnds.isPresent()) {
            turn.plan(now.at().ring(), from, firstLeaseEnds.get(), AFTER_LEASE);
        } else {
            turn.forget();
        }
    }

    private void handOut(Found now) throws InterruptedException {
        for (String worker : now.pool().swept()) {
            sweeping.sweep(now.at(), worker);
        }
        if (now.pool().handsOut() && now.pool().waiting() > 0) {
            placing.placeWaiting(now.at());
        }
        if (now.pool().dropsDead()) {
            dead.drop(now.at());
        }
    }

    void stop() {
        loop.stop();
    }

    boolean join(long deadline) throws InterruptedException {
        return loop.join(deadline);
    }

    void interrupt() {
        loop.interrupt();
    }
}
