package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What any node does for the whole pool when it is due: gives away jobs that wait, or whose time has come, and those of workers
 * that died. It learns what is due from the beats; the nodes have their turns one after another by their place in the ring, so
 * that mostly one of them works at it. All of it can be done by several at once.
 */
final class Upkeep {
    private static final Duration IDLE = Duration.ofHours(1);
    /** So that a lease that was renewed at its very end is not looked at for nothing. */
    private static final Duration AFTER_LEASE = Duration.ofMillis(100);

    private static final Duration PER_RANK = Duration.ofMillis(150);
    /** However many have their turns before: they may all be dead, and jobs are to run again in time. */
    private static final Duration LAST_TURN = Duration.ofMillis(1_200);

    private final Placing placing;
    private final Sweeping sweeping;
    /** How many nodes of a ring have their turn before this one. */
    private final ToIntFunction<Ring> rank;
    /** Has a beat come now. */
    private final Runnable lookAgain;

    private final Recurring loop;
    private volatile @Nullable Found found;

    /* of the loop's thread */
    private @Nullable Found seen;
    /** Times by {@link System#nanoTime}; empty for never. */
    private OptionalLong sweepAt = OptionalLong.empty();

    private OptionalLong dueAt = OptionalLong.empty();

    /** What a beat told, and when that was, by {@link System#nanoTime}. */
    private record Found(PoolIncarnation at, Alive pool, long time) {
        boolean handsOut() {
            return !pool.onHold() && !pool.recovering() && !pool.closing();
        }
    }

    Upkeep(Placing placing, Sweeping sweeping, ToIntFunction<Ring> rank, Runnable lookAgain, LoopSignal signal) {
        this.placing = placing;
        this.sweeping = sweeping;
        this.rank = rank;
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
            Optional<Duration> lease = now.pool().firstLeaseEnds();
            Optional<Duration> due = now.handsOut() ? now.pool().firstDue() : Optional.empty();
            sweepAt = planned(sweepAt, lease, turn(now, now.time(), lease.map(AFTER_LEASE::plus)));
            dueAt = planned(dueAt, due, turn(now, now.time(), due));
            handOut(now);
            // only now: what fails is tried again
            seen = now;
        }
        if (isPast(sweepAt)) {
            Optional<Duration> next = sweeping.begin(now.at());
            sweepAt = turn(now, System.nanoTime(), next.map(AFTER_LEASE::plus));
        }
        if (isPast(dueAt)) {
            dueAt = OptionalLong.empty();
            placing.placeDue(now.at());
            lookAgain.run();
        }
        return rest();
    }

    private void handOut(Found now) throws InterruptedException {
        for (String worker : now.pool().swept()) {
            sweeping.sweep(now.at(), worker);
        }
        if (now.handsOut() && now.pool().waiting() > 0) {
            placing.placeWaiting(now.at());
        }
    }

    /** When this node has its turn at what comes so long after a moment. */
    private OptionalLong turn(Found now, long from, Optional<Duration> after) {
        long others = Math.min(rank.applyAsInt(now.at().ring()) * PER_RANK.toNanos(), LAST_TURN.toNanos());
        return after.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(from + after.get().toNanos() + others);
    }

    /** The turn, or the one planned before: what is past already would else be put off by each beat, and never come. */
    private static OptionalLong planned(OptionalLong before, Optional<Duration> after, OptionalLong turn) {
        boolean isPast = after.filter(Duration::isZero).isPresent();
        return isPast && before.isPresent() && before.getAsLong() - turn.orElseThrow() < 0 ? before : turn;
    }

    private static boolean isPast(OptionalLong time) {
        return time.isPresent() && System.nanoTime() - time.getAsLong() >= 0;
    }

    private Duration rest() {
        long now = System.nanoTime();
        long rest = IDLE.toNanos();
        for (OptionalLong time : List.of(sweepAt, dueAt)) {
            rest = time.isPresent() ? Math.min(rest, Math.max(0, time.getAsLong() - now)) : rest;
        }
        return Duration.ofNanos(rest);
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
