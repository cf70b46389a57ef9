package dev.pulse.pool.internal;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;

/**
 * When this node has its turn at what any node may do: one after another by their places in the ring, so that mostly one of
 * them works at it. For one thread.
 */
final class Turn {
    private static final Duration PER_RANK = Duration.ofMillis(150);
    /** However many have their turns before: they may all be dead, and jobs are to run again in time. */
    private static final Duration LAST = Duration.ofMillis(1_200);

    /** How many nodes of a ring have their turn before this one. */
    private final ToIntFunction<Ring> rank;
    /** By {@link System#nanoTime}; empty for never. */
    private OptionalLong at = OptionalLong.empty();

    Turn(ToIntFunction<Ring> rank) {
        this.rank = rank;
    }

    boolean isFirst(Ring ring) {
        return rank.applyAsInt(ring) == 0;
    }

    /**
     * Plans it for what comes so long after a moment, by {@link System#nanoTime}. What is past does not put off what was
     * planned before: with each beat it would be put off again, and never come.
     *
     * @param margin how much later it is looked at
     */
    void plan(Ring ring, long from, Duration after, Duration margin) {
        long others = Math.min(rank.applyAsInt(ring) * PER_RANK.toNanos(), LAST.toNanos());
        long planned = from + after.plus(margin).toNanos() + others;
        if (!after.isZero() || at.isEmpty() || at.getAsLong() - planned > 0) {
            at = OptionalLong.of(planned);
        }
    }

    /** Plans it for after those that had theirs just before. */
    void again() {
        at = OptionalLong.of(System.nanoTime() + PER_RANK.toNanos());
    }

    /** There is nothing to do. */
    void forget() {
        at = OptionalLong.empty();
    }

    boolean hasCome() {
        return at.isPresent() && System.nanoTime() - at.getAsLong() >= 0;
    }

    /** How long it is until then; no longer than the given time. */
    Duration rest(Duration longest) {
        return at.isEmpty()
                ? longest
                : Duration.ofNanos(Math.clamp(at.getAsLong() - System.nanoTime(), 0, longest.toNanos()));
    }
}
