package dev.pulse.pool.internal;

import dev.pulse.pool.internal.PoolWalk.Step;
import dev.pulse.pool.internal.ScriptMemory.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Walks what may happen in a pool: all of it, from the beginning on, or what a seed says. Of a state that was seen nothing
 * but its fingerprint is kept, and the step that led there first; a violation is told with the shortest way to it.
 */
final class Walker {
    private final PoolWalk walk;
    private final WalkChecks checks;
    private final ScriptMemory memory;
    private final Fingerprints seen = new Fingerprints();
    private final Numbers parents = new Numbers();
    private final Numbers ways = new Numbers();
    /** Pairs of states between which a step leads that is no fault. */
    private final Numbers edges = new Numbers();

    private final Numbers settled = new Numbers();
    private final Numbers capable = new Numbers();

    Walker(PoolWalk.Scenario scenario, ScriptMemory memory) {
        this.walk = new PoolWalk(scenario, memory);
        this.checks = new WalkChecks(scenario, memory);
        this.memory = memory;
    }

    /**
     * What a walk came to.
     *
     * @param violation what was broken, and how it came to that
     */
    record Outcome(int states, long scripts, Optional<String> violation) {}

    /** Walks all there is. */
    Outcome walkAll() {
        WalkState initial = walk.initial();
        note(initial, 0, 0);
        List<WalkState> level = List.of(initial);
        int first = 0;
        while (!level.isEmpty()) {
            List<WalkState> next = new ArrayList<>();
            for (int i = 0; i < level.size(); i++) {
                WalkState state = level.get(i);
                int number = first + i;
                try {
                    visit(state, number, next);
                } catch (Violation e) {
                    return outcome(Optional.of(e.getMessage() + way(number)));
                }
            }
            first += level.size();
            level = next;
        }
        return outcome(stuck());
    }

    private void visit(WalkState state, int number, List<WalkState> next) throws Violation {
        List<Step> steps = walk.steps(state);
        for (int way = 0; way < steps.size(); way++) {
            Step step = steps.get(way);
            int known = seen.number(step.state().fingerprint());
            if (known < 0) {
                known = note(step.state(), number, way);
                next.add(step.state());
                try {
                    checks.check(step.state());
                } catch (Violation e) {
                    throw new Violation(e.getMessage() + "\n  after " + step);
                }
            }
            if (!step.fault()) {
                edges.add(number);
                edges.add(known);
            }
        }
    }

    private int note(WalkState state, int parent, int way) {
        int number = seen.add(state.fingerprint());
        parents.add(parent);
        ways.add(way);
        settled.add(checks.isSettled(state) ? 1 : 0);
        capable.add(checks.isCapable(state) ? 1 : 0);
        return number;
    }

    private Outcome outcome(Optional<String> violation) {
        return new Outcome(parents.size(), memory.runs(), violation);
    }

    /** A state from which no way without faults leads to rest, though somebody could work. */
    private Optional<String> stuck() {
        int count = parents.size();
        int[] heads = new int[count + 1];
        for (int i = 1; i < edges.size(); i += 2) {
            heads[edges.get(i) + 1]++;
        }
        for (int i = 0; i < count; i++) {
            heads[i + 1] += heads[i];
        }
        int[] sources = new int[edges.size() / 2];
        int[] at = heads.clone();
        for (int i = 0; i < edges.size(); i += 2) {
            sources[at[edges.get(i + 1)]++] = edges.get(i);
        }
        boolean[] rests = new boolean[count];
        Numbers work = new Numbers();
        for (int state = 0; state < count; state++) {
            if (settled.get(state) == 1) {
                rests[state] = true;
                work.add(state);
            }
        }
        for (int i = 0; i < work.size(); i++) {
            int state = work.get(i);
            for (int edge = heads[state]; edge < heads[state + 1]; edge++) {
                if (!rests[sources[edge]]) {
                    rests[sources[edge]] = true;
                    work.add(sources[edge]);
                }
            }
        }
        boolean[] goesOn = new boolean[count];
        for (int i = 0; i < edges.size(); i += 2) {
            goesOn[edges.get(i)] = true;
        }
        int stuck = -1;
        for (int state = 0; state < count; state++) {
            // where nothing goes on tells more than where it goes wrong
            if (!rests[state] && capable.get(state) == 1 && (stuck < 0 || (goesOn[stuck] && !goesOn[state]))) {
                stuck = state;
            }
        }
        return stuck < 0 ? Optional.empty() : Optional.of("I13 the pool never comes to rest" + way(stuck));
    }

    /** The steps that led to a state. */
    private String way(int number) {
        List<Integer> choices = new ArrayList<>();
        for (int state = number; state != 0; state = parents.get(state)) {
            choices.addFirst(ways.get(state));
        }
        return way(choices);
    }

    private String way(List<Integer> choices) {
        StringBuilder text = new StringBuilder();
        try {
            WalkState state = walk.initial();
            for (int choice : choices) {
                Step step = walk.steps(state).get(choice);
                text.append("\n  ").append(step);
                state = step.state();
            }
            text.append("\n  ").append(memory.image(state.image()).toString().replace('\0', ' '));
        } catch (Violation e) {
            throw new IllegalStateException("walked once", e);
        }
        return text.toString();
    }

    /** Walks as the random numbers say, again and again from the beginning. */
    Outcome walkSome(Random random, BooleanSupplier goesOn) {
        while (goesOn.getAsBoolean()) {
            List<Integer> choices = new ArrayList<>();
            WalkState state = walk.initial();
            try {
                for (List<Step> steps = walk.steps(state); !steps.isEmpty(); steps = walk.steps(state)) {
                    int choice = random.nextInt(steps.size());
                    Step step = steps.get(choice);
                    if (choices.size() == LONGEST) {
                        break;
                    }
                    choices.add(choice);
                    state = step.state();
                    if (seen.number(state.fingerprint()) < 0) {
                        note(state, 0, 0);
                        checks.check(state);
                    }
                }
            } catch (Violation e) {
                return outcome(Optional.of(e.getMessage() + way(choices)));
            }
        }
        return outcome(Optional.empty());
    }

    /** Few walks come to an end by themselves: a stop and a start may follow one another for ever. */
    private static final int LONGEST = 100;

    /** A growing list of numbers. */
    private static final class Numbers {
        private int[] numbers = new int[1024];
        private int size;

        void add(int number) {
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * size);
            }
            numbers[size++] = number;
        }

        int get(int i) {
            return numbers[i];
        }

        int size() {
            return size;
        }
    }

    /** Fingerprints, numbered in the order in which they came. */
    private static final class Fingerprints {
        private long[] prints = new long[1 << 16];
        private int[] numbers = new int[1 << 16];
        private int size;

        /** The number of a fingerprint; less than 0 when it has none. */
        int number(long print) {
            int at = slot(print);
            return numbers[at] - 1;
        }

        int add(long print) {
            if (2 * size > prints.length) {
                grow();
            }
            int at = slot(print);
            prints[at] = print;
            numbers[at] = ++size;
            return size - 1;
        }

        private int slot(long print) {
            int at = (int) print & (prints.length - 1);
            while (numbers[at] != 0 && prints[at] != print) {
                at = (at + 1) & (prints.length - 1);
            }
            return at;
        }

        private void grow() {
            long[] oldPrints = prints;
            int[] oldNumbers = numbers;
            prints = new long[2 * oldPrints.length];
            numbers = new int[prints.length];
            for (int i = 0; i < oldPrints.length; i++) {
                if (oldNumbers[i] != 0) {
                    int at = slot(oldPrints[i]);
                    prints[at] = oldPrints[i];
                    numbers[at] = oldNumbers[i];
                }
            }
        }
    }
}
