package dev.pulse.task;

import java.time.Duration;

/** Until when closing drains, and how long the hard phase after it lasts; by {@link System#nanoTime}. */
public final class Deadlines {
    /** How long interrupted handlers, and the words to Redis that end a consumer, may take after the drain. */
    public static final Duration HARD = Duration.ofSeconds(2);

    public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    private Deadlines() {}

    /** A wait to a deadline that says whether what it waits for has ended. */
    @FunctionalInterface
    public interface Join {
        boolean join(long deadline) throws InterruptedException;
    }

    /** Waits through the hard phase, whatever interrupts come; they are set again afterwards. */
    public static boolean hardPhase(Join join) {
        long deadline = System.nanoTime() + HARD.toNanos();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return join.join(deadline);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public static long afterDefaultDrain() {
        return after(DEFAULT_DRAIN);
    }

    public static long after(Duration drain) {
        if (drain.isNegative() || drain.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("drain is PT0S to " + LONGEST + ", was " + drain);
        }
        return System.nanoTime() + drain.toNanos();
    }
}
