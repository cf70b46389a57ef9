package dev.pulse.faults;

import dev.pulse.faults.Step.Did;
import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Holds a history, and what is in the stream at the end of it, against the promises. The load has come to rest: whatever is
 * still to come would have come.
 */
final class Checker {
    /** What a busy machine may add to the times that are promised. */
    static final Duration BUSY = Duration.ofSeconds(10);

    private static final Duration TAKEN_OVER = Duration.ofSeconds(2);
    private static final Duration RECOVERED = Duration.ofSeconds(5);
    /** How many events a gap costs where Redis cannot tell. */
    private static final long UNKNOWN = 1L << 40;

    private final List<Step> steps;
    private final Map<String, String> retained;
    private final Troubles troubles;
    private final Violations violations = new Violations();
    private Duration redelivery = Duration.ZERO;
    private Duration recovery = Duration.ZERO;

    /**
     * A checker.
     *
     * @param retained ids and payloads of the stream
     */
    Checker(List<Step> steps, Map<String, String> retained) {
        this.steps =
                steps.stream().sorted(Comparator.comparingLong(Step::micros)).toList();
        this.retained = retained;
        this.troubles = new Troubles(this.steps);
    }

    Findings check() {
        addedAsTold();
        List<Step> added = all(Did.ADDED);
        long duplicates = 0;
        for (List<Step> sink : bySink().values()) {
            duplicates += new SinkChecker(sink, troubles, violations).check(added);
        }
        takenOverInTime();
        for (List<Step> reader : byReader().values()) {
            readInOrder(reader);
        }
        recoveredInTime();
        return new Findings(added.size(), duplicates, redelivery, recovery, Duration.ZERO, violations.all());
    }

    private List<Step> all(Did did) {
        return steps.stream().filter(step -> step.did() == did).toList();
    }

    private Map<String, List<Step>> bySink() {
        return steps.stream()
                .filter(step -> step.who().contains("/"))
                .collect(Collectors.groupingBy(Step::sink, LinkedHashMap::new, Collectors.toList()));
    }

    private Map<String, List<Step>> byReader() {
        Set<Did> dids = Set.of(Did.READ, Did.GAP, Did.RESET);
        return steps.stream()
                .filter(step -> dids.contains(step.did()))
                .collect(Collectors.groupingBy(Step::who, LinkedHashMap::new, Collectors.toList()));
    }

    /** P1 and P15 at the writer's side: each add did what it said, once at most. */
    private void addedAsTold() {
        Set<String> once = new HashSet<>();
        violations.add(
                "added twice",
                retained.values().stream().filter(payload -> !once.add(payload)).toList());
        violations.add(
                "told as not added, and is there",
                all(Did.REFUSED).stream().map(Step::what).filter(once::contains).toList());
        violations.add(
                "lost from the stream",
                all(Did.ADDED).stream()
                        .filter(added -> !added.what().equals(retained.get(added.id())))
                        .filter(added -> !troubles.mayHaveLost(added))
                        .toList());
    }

    /** P3: what a killed consumer held is begun by another, or held by another that is killed. */
    private void takenOverInTime() {
        Map<String, Step> held = new HashMap<>();
        Map<String, Duration> limits = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Step step : steps) {
            switch (step.did()) {
                case READY ->
                    limits.put(step.sink(), Handling.parse(step.what()).ackDeadline());
                case HELD, BEGIN -> {
                    String event = step.sink() + " " + step.id();
                    Step before = step.did() == Did.HELD ? held.put(event, step) : held.remove(event);
                    if (before != null && !before.who().equals(step.who())) {
                        Duration waited = between(before, step);
                        redelivery = Findings.longer(redelivery, waited);
                        Duration limit =
                                limits.getOrDefault(step.sink(), Duration.ZERO).plus(TAKEN_OVER);
                        if (waited.compareTo(limit.plus(BUSY)) > 0) {
                            broken.add(before + " … " + step);
                        }
                    }
                }
                default -> {}
            }
        }
        violations.add("P3 taken over too late", broken);
    }

    /** P4. */
    private void readInOrder(List<Step> reader) {
        List<String> broken = new ArrayList<>();
        Set<String> read = new HashSet<>();
        EventId last = EventId.ZERO;
        long told = 0;
        long reset = 0;
        for (Step step : reader) {
            switch (step.did()) {
                case READ -> {
                    EventId id = EventId.parse(step.id());
                    if (id.compareTo(last) <= 0) {
                        broken.add(step + " after " + last);
                    }
                    last = id;
                    read.add(step.what());
                }
                case GAP -> told = step.what().equals("?") ? UNKNOWN : told + Long.parseLong(step.what());
                default -> {
                    last = EventId.parse(step.what());
                    reset = step.micros();
                }
            }
        }
        violations.add("P4 repeated or out of order", broken);
        long before = reset;
        List<Step> missing = all(Did.ADDED).stream()
                .filter(added -> !read.contains(added.what()))
                .filter(added -> added.micros() > before && !troubles.mayHaveForgotten(added))
                .toList();
        if (missing.size() > told) {
            violations.add("P4 missed by " + reader.getFirst().who() + ", of which " + told + " were told", missing);
        }
        if (told > missing.size() && told < UNKNOWN && troubles.areNone()) {
            violations.add("P4 told as missed by " + reader.getFirst().who(), List.of(told + " of " + missing.size()));
        }
    }

    /** P11: something that was added after the end of a fault is handled in each sink. */
    private void recoveredInTime() {
        Map<String, Long> added = new HashMap<>();
        all(Did.ADDING).forEach(step -> added.put(step.what(), step.micros()));
        List<String> broken = new ArrayList<>();
        for (List<Step> sink : bySink().values()) {
            for (Step healed : all(Did.HEALED)) {
                steps.stream()
                        .filter(step -> step.micros() > healed.micros())
                        .filter(step -> step.did() == Did.BROKEN
                                || (step.did() == Did.END
                                        && step.sink().equals(sink.getFirst().sink())
                                        && added.getOrDefault(step.what(), 0L) > healed.micros()))
                        .findFirst()
                        .filter(step -> step.did() == Did.END)
                        .ifPresent(step -> {
                            Duration waited = between(healed, step);
                            recovery = Findings.longer(recovery, waited);
                            if (waited.compareTo(RECOVERED.plus(BUSY)) > 0) {
                                broken.add(healed + " … " + step);
                            }
                        });
            }
        }
        violations.add("P11 recovered too late", broken);
    }

    private static Duration between(Step from, Step to) {
        return Duration.ofNanos((to.micros() - from.micros()) * 1_000);
    }
}
