package dev.pulse.pool.internal;

import dev.pulse.pool.internal.ScriptMemory.Violation;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What may happen next in a pool of two nodes: each step is one script of the real ones on a real Redis, or something a
 * node does by itself, or a fault. Time is not in it but as an order: the lease of a worker ends only when that has
 * crashed, is paused, or has stopped its handlers.
 */
final class PoolWalk {
    /** Two nodes, each with a worker at a time. */
    static final int NODES = 2;

    /** What a walk may do so and so often. */
    enum Fault {
        CRASH,
        PAUSE,
        /** Renewals fail: the worker fences itself in time. */
        CUT_OFF,
        /** The reply to a script is lost. */
        LOSE,
        /** A script is sent and arrives some time later, also after its sender died. */
        DELAY,
        /** A script arrives once more some time later. */
        AGAIN,
        /** The entry of a start comes once more. */
        REREAD,
        LEAVE,
        STOP,
        /** A start throws, or an attempt of a task. */
        FAIL,
        /** A task asks to run again. */
        REQUEUE,
        /** Somebody has a dead job tried anew. */
        RETRY,
        /** A dead job is kept no longer. */
        DROP,
        /** Redis loses everything. */
        FLUSH
    }

    /**
     * What is walked.
     *
     * @param keys how many, 1 or 2
     * @param dispatches the key of each dispatch
     * @param workers how many each node has one after another, at most
     * @param attempts how many a task has; 0 when jobs are services
     * @param faults how often each may happen
     */
    record Scenario(int keys, List<Integer> dispatches, int workers, int attempts, Map<Fault, Integer> faults) {
        /** One key, one dispatch, two workers for each node, and these faults, once for each time they are named. */
        static Scenario of(Fault... faults) {
            Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
            Arrays.stream(faults).forEach(fault -> counts.merge(fault, 1, Integer::sum));
            return new Scenario(1, List.of(0), 2, 0, counts);
        }

        /** The same with two dispatches of the key, one after the other. */
        Scenario twice() {
            return new Scenario(1, List.of(0, 0), workers, attempts, faults);
        }

        /** The same with so many workers for each node, one after another. */
        Scenario withWorkers(int value) {
            return new Scenario(keys, dispatches, value, attempts, faults);
        }

        /** The same with tasks that have two attempts. */
        Scenario ofTasks() {
            return new Scenario(keys, dispatches, workers, 2, faults);
        }

        boolean hasTasks() {
            return attempts > 0;
        }

        boolean has(Fault fault) {
            return faults.getOrDefault(fault, 0) > 0;
        }
    }

    /**
     * Something that may happen.
     *
     * @param fault whether it need not happen: without faults the pool comes to rest
     */
    record Step(List<Object> label, boolean fault, WalkState state) {
        @Override
        public String toString() {
            return (fault ? "! " : "  ") + label.stream().map(String::valueOf).collect(Collectors.joining());
        }
    }

    private final Scenario scenario;
    private final ScriptMemory memory;
    private final WalkSteps steps;
    private final CallerSteps callers;
    private final NodeSteps nodes;
    private final UpkeepSteps upkeep;

    PoolWalk(Scenario scenario, ScriptMemory memory) {
        this.scenario = scenario;
        this.memory = memory;
        this.steps = new WalkSteps(scenario, memory);
        this.callers = new CallerSteps(steps);
        this.nodes = new NodeSteps(steps);
        this.upkeep = new UpkeepSteps(steps);
    }

    WalkState initial() {
        int[] budgets = Arrays.stream(Fault.values())
                .mapToInt(fault -> scenario.faults().getOrDefault(fault, 0))
                .toArray();
        return WalkState.initial(
                memory.empty(), NODES, scenario.keys(), scenario.dispatches().size(), budgets);
    }

    /** All that may happen next, always in the same order. */
    List<Step> steps(WalkState state) throws Violation {
        // of one where an invariant was broken, some are left
        steps.take();
        for (int dispatch = 0; dispatch < scenario.dispatches().size(); dispatch++) {
            callers.caller(state, dispatch);
        }
        for (int key = 0; key < scenario.keys(); key++) {
            callers.stop(state, key);
            callers.retry(state, key);
            upkeep.drop(state, key);
        }
        for (int i = 0; i < state.underWay(); i++) {
            WalkState next = state.arrive(i);
            WalkCall call = memory.call(state.underWay(i));
            String word = steps.call(next, call);
            steps.add(false, next, "late ", call, " -> ", word);
        }
        for (int node = 0; node < NODES; node++) {
            nodes.node(state, node);
        }
        upkeep.lossOfState(state);
        upkeep.leases(state);
        if (isAnybodyAwake(state)) {
            upkeep.sweeps(state);
            upkeep.places(state);
        }
        return steps.take();
    }

    private static boolean isAnybodyAwake(WalkState state) {
        for (int node = 0; node < NODES; node++) {
            if (WalkSteps.WORKS.contains(state.node(node))) {
                return true;
            }
        }
        return false;
    }
}
