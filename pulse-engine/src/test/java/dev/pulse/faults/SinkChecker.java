package dev.pulse.faults;

import dev.pulse.faults.Step.Did;
import dev.pulse.stream.EventId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds what the consumers of one sink did against what is promised of it. */
final class SinkChecker {
    private final List<Step> steps;
    private final Handling handling;
    private final Troubles troubles;
    private final Violations violations;
    private final Set<String> leasesLost;
    private long duplicates;

    /**
     * A checker.
     *
     * @param steps those of this sink, in the order of their times
     */
    SinkChecker(List<Step> steps, Troubles troubles, Violations violations) {
        this.steps = steps;
        this.troubles = troubles;
        this.violations = violations;
        this.handling = all(Did.READY)
                .map(step -> Handling.parse(step.what()))
                .findFirst()
                .orElseThrow();
        this.leasesLost = all(Did.LEASE_LOST).map(Step::id).collect(Collectors.toSet());
    }

    private Stream<Step> all(Did did) {
        return steps.stream().filter(step -> step.did() == did);
    }

    /** Returns how many deliveries were not the first of their event. */
    long check(List<Step> added) {
        handledAtLeastOnce(added);
        ackedWhenHandled();
        repeatedOnlyWhenInFlight();
        ackedByWhoHasIt();
        inOneHandler();
        inOrderByKey();
        return duplicates;
    }

    /** P1. */
    private void handledAtLeastOnce(List<Step> added) {
        Set<String> handled = all(Did.END).map(Step::what).collect(Collectors.toSet());
        Set<String> dead = all(Did.DEAD).map(Step::id).collect(Collectors.toSet());
        violations.add(
                "P1 added and not handled by " + handling.sink(),
                added.stream()
                        .filter(event -> !handled.contains(event.what()) && !dead.contains(event.id()))
                        .filter(event -> !troubles.mayHaveLost(event))
                        .toList());
    }

    /** P1: where Redis was looked at, it has an ack of all that was handled, and of nothing before that. */
    private void ackedWhenHandled() {
        Set<String> done = all(Did.DEAD).map(Step::id).collect(Collectors.toSet());
        Set<String> acked = new HashSet<>();
        List<Step> broken = new ArrayList<>();
        for (Step step : steps) {
            if (step.did() == Did.END) {
                done.add(step.id());
            } else if (step.did() == Did.ACK_LOGGED) {
                acked.add(step.id());
                if (!done.contains(step.id())) {
                    broken.add(step);
                }
            }
        }
        violations.add("P1 acked before it was handled", broken);
        if (!acked.isEmpty()) {
            violations.add(
                    "P1 handled and never acked",
                    done.stream().filter(id -> !acked.contains(id)).toList());
        }
    }

    /** P2: a delivery that is followed by another was in flight at a fault, or failed, or its lease was told as lost. */
    private void repeatedOnlyWhenInFlight() {
        Map<String, Step> begun = new HashMap<>();
        Map<String, Step> last = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Step step : steps) {
            switch (step.did()) {
                case BEGIN -> {
                    Step before = begun.put(step.id(), step);
                    if (before != null && before.what().equals(step.what())) {
                        duplicates++;
                        Step end = last.getOrDefault(step.id(), before);
                        if (end.did() != Did.FAILED
                                && !leasesLost.contains(step.id())
                                && !troubles.caught(before, end)) {
                            broken.add(before + " … " + end + " … " + step);
                        }
                    }
                    last.put(step.id(), step);
                }
                case END, FAILED, ACKED -> last.put(step.id(), step);
                default -> {}
            }
        }
        violations.add("P2 delivered again though it was not in flight at a fault", broken);
    }

    /** P2: an ack that comes after another consumer has got the event says so. */
    private void ackedByWhoHasIt() {
        Map<String, Step> begun = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Step step : steps) {
            if (step.did() == Did.BEGIN) {
                begun.put(step.id(), step);
            } else if (step.did() == Did.ACKED) {
                Step last = begun.get(step.id());
                if (last != null && !last.who().equals(step.who()) && !troubles.mayHaveForgottenOwner(last)) {
                    broken.add(last + " … " + step);
                }
            }
        }
        violations.add("P2 acked by a consumer that had lost it", broken);
    }

    /** P5. */
    private void inOneHandler() {
        Map<String, Step> working = new HashMap<>();
        List<String> broken = new ArrayList<>();
        for (Step step : steps) {
            switch (step.did()) {
                case BEGIN -> {
                    working.values().stream()
                            .filter(other -> exclude(other, step))
                            .forEach(other -> broken.add(other + " … " + step));
                    working.put(step.who() + step.id(), step);
                }
                case END, FAILED -> working.remove(step.who() + step.id());
                case KILLED -> working.values().removeIf(other -> other.who().equals(step.who()));
                default -> {}
            }
        }
        violations.add("P5 in two handlers at once", broken);
    }

    private boolean exclude(Step one, Step other) {
        boolean sameConsumer = one.who().equals(other.who());
        boolean sameKey = Step.key(one.what()).equals(Step.key(other.what()));
        return (handling.exclusive() && !sameConsumer)
                || (handling.ordered() && sameKey && (handling.exclusive() || sameConsumer));
    }

    /** P5, for order by key over all consumers: whose lease was lost has lost its turn too. */
    private void inOrderByKey() {
        if (!handling.exclusive() || !handling.ordered()) {
            return;
        }
        Map<String, EventId> latest = new HashMap<>();
        List<String> broken = new ArrayList<>();
        all(Did.BEGIN).filter(step -> !leasesLost.contains(step.id())).forEach(step -> {
            EventId id = EventId.parse(step.id());
            EventId before = latest.getOrDefault(Step.key(step.what()), EventId.ZERO);
            if (id.compareTo(before) < 0) {
                broken.add(step + " after " + before);
            } else {
                latest.put(Step.key(step.what()), id);
            }
        });
        violations.add("P5 out of order", broken);
    }
}
