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
    private static final int SHOWN = 5;
    /** How many events a gap costs where Redis cannot tell. */
    private static final long UNKNOWN = 1L << 40;

    private final List<Step> steps;
    private final Map<String, String> retained;
    private final Troubles troubles;
    private final List<String> violations = new ArrayList<>();
    private Duration redelivery = Duration.ZERO;
    private Duration recovery = Duration.ZERO;
    private long duplicates;

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
        for (List<Step> sink : bySink().values()) {
            handledAtLeastOnce(sink);
            repeatedOnlyWhenInFlight(sink);
            ackedByOne(sink);
            keysInOneHandler(sink);
        }
        takenOverInTime();
        for (List<Step> reader : byReader().values()) {
            readInOrder(reader);
        }
        recoveredInTime();
        return new Findings(all(Did.ADDED).size(), duplicates, redelivery, recovery, List.copyOf(violations));
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

    private void require(String promise, List<String> broken) {
        if (!broken.isEmpty()) {
            violations.add("%s, %d times: %s"
                    .formatted(promise, broken.size(), broken.subList(0, Math.min(SHOWN, broken.size()))));
        }
    }

    /** P1 and P15 at the writer's side: each add did what it said, once at most. */
    private void addedAsTold() {
        Set<String> once = new HashSet<>();
        require(
                "added twice",
                retained.values().stream().filter(payload -> !once.add(payload)).toList());
        require(
                "told as not added, and is there",
                all(Did.REFUSED).stream().map(Step::what).filter(once::contains).toList());
        require(
                "lost from the stream",
                all(Did.ADDED).stream()
                        .filter(added -> !added.what().equals(retained.get(added.id())))
                        .filter(added -> !troubles.mayHaveLost(added))
                        .map(Step::toString)
                        .toList());
    }

    /** P1. */
    private void handledAtLeastOnce(List<Step> sink) {
        Set<String> handled = sink.stream()
                .filter(step -> step.did() == Did.END)
                .map(Step::what)
                .collect(Collectors.toSet());
        Set<String> dead = sink.stream()
                .filter(step -> step.did() == Did.DEAD)
                .map(Step::id)
                .collect(Collectors.toSet());
        require(
                "P1 added and not handled by " + sink.getFirst().sink(),
                all(Did.ADDED).stream()
                        .filter(added -> !handled.contains(added.what()) && !dead.contains(added.id()))
                        .filter(added -> !troubles.mayHaveLost(added))
                        .map(Step::toString)
                        .toList());
    }

    /** P2: a delivery that is followed by another was in flight at a fault, or failed, or its lease was told as lost. */
    private void repeatedOnlyWhenInFlight(List<Step> sink) {
        Map<String, Step> begun = new HashMap<>();
        Map<String, Step> last = new HashMap<>();
        Set<String> lost = leasesLost(sink);
        List<String> broken = new ArrayList<>();
        for (Step step : sink) {
            switch (step.did()) {
                case BEGIN -> {
                    Step before = begun.put(step.id(), step);
                    if (before != null && before.what().equals(step.what())) {
                        duplicates++;
                        Step end = last.getOrDefault(step.id(), before);
                        if (end.did() != Did.FAILED && !lost.contains(step.id()) && !troubles.caught(before, end)) {
                            broken.add(before + " … " + end + " … " + step);
                        }
                    }
                    last.put(step.id(), step);
                }
                case END, FAILED, ACKED -> last.put(step.id(), step);
                default -> {}
            }
        }
        require("P2 delivered again though it was not in flight at a fault", broken);
    }

    /** P2: an ack that comes too late says so. */
    private void ackedByOne(List<Step> sink) {
        Map<String, Step> acked = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Step step : sink) {
            if (step.did() == Did.ACKED) {
                Step before = acked.put(step.id(), step);
                if (before != null && before.what().equals(step.what()) && !troubles.mayHaveLostAck(before)) {
                    broken.add(before + " … " + step);
                }
            }
        }
        require("P2 acked twice", broken);
    }

    private static Set<String> leasesLost(List<Step> sink) {
        return sink.stream()
                .filter(step -> step.did() == Did.LEASE_LOST)
                .map(Step::id)
                .collect(Collectors.toSet());
    }

    /** P5: within a consumer that keeps an order by key; within the whole sink, if one consumer is active at a time. */
    private void keysInOneHandler(List<Step> sink) {
        Handling handling = sink.stream()
                .filter(step -> step.did() == Did.READY)
                .map(step -> Handling.parse(step.what()))
                .findFirst()
                .orElseThrow();
        Set<String> lost = leasesLost(sink);
        List<String> broken = new ArrayList<>();
        Map<String, Step> working = new HashMap<>();
        Map<String, EventId> latest = new HashMap<>();
        for (Step step : sink) {
            String key = (handling.exclusive() ? "" : step.who() + " ")
                    + (handling.ordered() && step.what().contains(":") ? Step.key(step.what()) : "");
            switch (step.did()) {
                case BEGIN -> {
                    Step other = working.put(key, step);
                    boolean together =
                            handling.ordered() || (other != null && !other.who().equals(step.who()));
                    if (other != null && together) {
                        broken.add(other + " … " + step);
                    }
                    EventId id = EventId.parse(step.id());
                    EventId before = latest.getOrDefault(key, EventId.ZERO);
                    // whose lease was lost, because its handler took too long, has lost its turn too
                    if (handling.exclusive()
                            && handling.ordered()
                            && id.compareTo(before) < 0
                            && !lost.contains(step.id())) {
                        broken.add(step + " after " + before);
                    }
                    latest.put(key, id.compareTo(before) > 0 ? id : before);
                }
                case END, FAILED -> working.remove(key);
                case KILLED -> working.values().removeIf(step2 -> step2.who().equals(step.who()));
                default -> {}
            }
        }
        if (handling.ordered() || handling.exclusive()) {
            require("P5 in two handlers at once, or out of order", broken);
        }
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
        require("P3 taken over too late", broken);
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
        require("P4 repeated or out of order", broken);
        long before = reset;
        List<String> missing = all(Did.ADDED).stream()
                .filter(added -> !read.contains(added.what()))
                .filter(added -> added.micros() > before && !troubles.mayHaveForgotten(added))
                .map(Step::toString)
                .toList();
        if (missing.size() > told) {
            require("P4 missed by " + reader.getFirst().who() + ", of which " + told + " were told", missing);
        }
        if (told > missing.size() && told < UNKNOWN && troubles.areNone()) {
            violations.add("P4 told of %d that were missed, of %d".formatted(told, missing.size()));
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
        require("P11 recovered too late", broken);
    }

    private static Duration between(Step from, Step to) {
        return Duration.ofNanos((to.micros() - from.micros()) * 1_000);
    }
}
