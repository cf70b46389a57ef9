package dev.pulse;

import java.util.ArrayList;
import java.util.List;

/**
 * How closing ended.
 *
 * @param how the worst that happened
 * @param problems what could not be cleaned up, in words; empty when nothing was left. What is named here is found and
 *     swept by others later
 */
public record CloseResult(How how, List<String> problems) {
    /** From good to bad. */
    public enum How {
        /** Everything in flight was finished. */
        DRAINED,
        /** Some handlers had to be interrupted, and ended. */
        INTERRUPTED,
        /** Some handlers ignored the interrupt and still run; their events are delivered again elsewhere. */
        ABANDONED
    }

    public CloseResult {
        problems = List.copyOf(problems);
    }

    /** Nothing was in flight, or all of it was finished, and nothing is left. */
    public static CloseResult drained() {
        return new CloseResult(How.DRAINED, List.of());
    }

    /** The two as one: the worse of both, the problems of both. */
    public CloseResult and(CloseResult other) {
        List<String> all = new ArrayList<>(problems);
        all.addAll(other.problems);
        return new CloseResult(how.compareTo(other.how) >= 0 ? how : other.how, all);
    }
}
