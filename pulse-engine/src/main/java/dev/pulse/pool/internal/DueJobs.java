package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The loop that hands out jobs and messages whose time has come. Beats tell when that is; whoever puts something aside that
 * comes due before all others has the node of the first worker beat at once, so that this one is in time. The other nodes
 * only look then, and begin when nobody works at it. A loop of its own, for sweeping may take seconds.
 */
final class DueJobs {
    private static final Duration IDLE = Duration.ofHours(1);

    private final Placing placing;
    private final Turn turn;
    /** Has a beat come now. */
    private final Runnable lookAgain;

    private final Recurring loop;
    private volatile @Nullable Found found;

    /* of the loop's thread */
    private @Nullable Found seen;
    /** What stood first at the last look. */
    private Optional<String> stood = Optional.empty();

    /** What a beat told, and when that was, by {@link System#nanoTime}. */
    private record Found(PoolIncarnation at, Alive pool, long time) {}

    /**
     * Begins with the first beat.
     *
     * @param rank how many nodes of a ring have their turn before this one
     */
    DueJobs(Placing placing, ToIntFunction<Ring> rank, Runnable lookAgain, LoopSignal signal) {
        this.placing = placing;
        this.turn = new Turn(rank);
        this.lookAgain = lookAgain;
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
            plan(now);
            seen = now;
        }
        if (turn.hasCome()) {
            if (isOurs(now.at())) {
                turn.forget();
                if (placing.placeDue(now.at())) {
                    lookAgain.run();
                }
            } else {
                turn.again();
            }
        }
        return turn.rest(IDLE);
    }

    private void plan(Found now) {
        Optional<Duration> due = now.pool().handsOut() ? now.pool().firstDue() : Optional.empty();
        if (due.isPresent()) {
            turn.plan(now.at().ring(), now.time(), due.get(), Duration.ZERO);
        } else {
            turn.forget();
        }
    }

    /** Whether this node comes first, or what is due stands where it stood: who comes first does not work at it. */
    private boolean isOurs(PoolIncarnation at) throws InterruptedException {
        if (turn.isFirst(at.ring())) {
            return true;
        }
        Optional<String> before = stood;
        stood = placing.firstDue(at);
        return stood.isEmpty() || stood.equals(before);
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
