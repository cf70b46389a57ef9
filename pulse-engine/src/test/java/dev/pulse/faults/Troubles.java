package dev.pulse.faults;

import dev.pulse.faults.Step.Did;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** When something was not well in a history, and for whom: what that excuses, and nothing else is excused. */
final class Troubles {
    /** For how long a fault goes on after its end, and for how long an ack is under way, on a busy machine. */
    private static final long AFTERMATH = Duration.ofSeconds(2).toMillis() * 1_000;

    private static final String EVERYBODY = "";

    /** From, to, in microseconds. */
    private record Trouble(String who, long from, long to, boolean acksLost, boolean eventsLost) {
        boolean overlaps(long begin, long end) {
            return begin <= to && end >= from;
        }
    }

    private final List<Trouble> all = new ArrayList<>();
    private final Map<String, Long> adding = new HashMap<>();
    private final Set<String> trimmed = new HashSet<>();

    Troubles(List<Step> steps) {
        Map<String, Step> open = new HashMap<>();
        for (Step step : steps) {
            switch (step.did()) {
                case ADDING -> adding.put(step.what(), step.micros());
                case TRIMMED -> trimmed.add(step.id());
                case KILLED -> {
                    Step standing = open.remove(step.who());
                    add(step.who(), standing == null ? step.micros() : standing.micros(), step.micros());
                }
                case PAUSED, BROKEN -> open.put(step.who(), step);
                case RESUMED -> add(step.who(), begin(open, step), step.micros() + AFTERMATH);
                case HEALED -> add(EVERYBODY, begin(open, step), step.micros() + AFTERMATH);
                case ACKS_LOST, EVENTS_LOST -> {
                    long from = step.micros() - Long.parseLong(step.what());
                    all.add(new Trouble(EVERYBODY, from, step.micros(), true, step.did() == Did.EVENTS_LOST));
                }
                default -> {}
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalStateException("never over: " + open.values());
        }
    }

    private static long begin(Map<String, Step> open, Step end) {
        Step begin = open.remove(end.who());
        if (begin == null) {
            throw new IllegalStateException("never begun: " + end);
        }
        return begin.micros();
    }

    /** Whether all was well but for what was trimmed away. */
    boolean areNone() {
        return all.isEmpty();
    }

    private void add(String who, long from, long to) {
        all.add(new Trouble(who, from, to, false, false));
    }

    /** Whether a delivery that began and ended so was in flight when something happened to its consumer, or to Redis. */
    boolean caught(Step begin, Step end) {
        long settled = end.did() == Did.ACKED ? end.micros() : end.micros() + AFTERMATH;
        return all.stream()
                .filter(trouble ->
                        trouble.who().equals(EVERYBODY) || trouble.who().equals(begin.who()))
                .anyMatch(trouble -> trouble.overlaps(begin.micros(), settled));
    }

    /** Whether Redis may have forgotten who had an event, or had acked it, at this moment. */
    boolean mayHaveForgottenOwner(Step at) {
        return all.stream().anyMatch(trouble -> trouble.acksLost() && trouble.overlaps(at.micros(), at.micros()));
    }

    /** Whether an event may be gone: trimmed away, or forgotten. */
    boolean mayHaveLost(Step added) {
        return trimmed.contains(added.id()) || mayHaveForgotten(added);
    }

    /** Whether an event was added so that a Redis that lost its state may have forgotten it. */
    boolean mayHaveForgotten(Step added) {
        long begun = adding.getOrDefault(added.what(), added.micros());
        return all.stream().anyMatch(trouble -> trouble.eventsLost() && trouble.overlaps(begun, added.micros()));
    }
}
