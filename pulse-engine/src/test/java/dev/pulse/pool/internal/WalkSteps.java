package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.PoolWalk.Fault;
import dev.pulse.pool.internal.PoolWalk.Scenario;
import dev.pulse.pool.internal.PoolWalk.Step;
import dev.pulse.pool.internal.ScriptMemory.Violation;
import dev.pulse.pool.internal.WalkCall.Script;
import dev.pulse.pool.internal.WalkState.Node;
import dev.pulse.pool.internal.WalkState.Phase;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The steps that lead on from a state, as they are collected, and what all who know some share. */
final class WalkSteps {
    static final Set<Node> WORKS = EnumSet.of(Node.UP, Node.LEAVING);
    /** Those whose handlers go on, rightly or not. */
    static final Set<Node> RUNS = EnumSet.of(Node.UP, Node.LEAVING, Node.ZOMBIE);

    private static final Set<String> ENDED = Set.of("done", "failed", "stopped", "lost");

    private final Scenario scenario;
    private final ScriptMemory memory;
    private List<Step> taken = new ArrayList<>();

    WalkSteps(Scenario scenario, ScriptMemory memory) {
        this.scenario = scenario;
        this.memory = memory;
    }

    Scenario scenario() {
        return scenario;
    }

    ScriptMemory memory() {
        return memory;
    }

    /** What was collected since the last time. */
    List<Step> take() {
        List<Step> steps = taken;
        taken = new ArrayList<>();
        return steps;
    }

    RedisImage image(WalkState state) {
        return memory.image(state.image());
    }

    /** Something that happens without a script. */
    void add(boolean fault, WalkState next, Object... label) {
        taken.add(new Step(List.of(label), fault, next));
    }

    /** A script that was run, by a node or, with {@link RedisImage#NONE}, by any. */
    void ran(int node, WalkCall call, String word, boolean fault, WalkState next) {
        add(fault, next, node == NONE ? "" : "n" + node + ": ", call, " -> ", word);
        if (next.left(Fault.AGAIN) > 0) {
            WalkState again = next.send(memory.number(call));
            again.spend(Fault.AGAIN);
            add(true, again, call, " -> ", word, ", will arrive again");
        }
    }

    /** A call that anybody makes at any time, as long as some of these are left: now, or later. */
    void maybe(WalkState state, Fault fault, WalkCall call) throws Violation {
        WalkState next = state.copy();
        next.spend(fault);
        ran(NONE, call, call(next, call), true, next);
        delay(state, call);
    }

    /** Runs a script, and notes down which jobs were made and ended by it. */
    String call(WalkState state, WalkCall call) throws Violation {
        RedisImage before = image(state);
        ScriptMemory.Result result = memory.run(state.image(), call);
        state.image(result.image());
        RedisImage after = image(state);
        boolean reasserted = call.script() == Script.REASSERT;
        for (int key = 0; key < scenario.keys(); key++) {
            int old = dispatchOf(before, key);
            int now = dispatchOf(after, key);
            if (old == now) {
                continue;
            }
            if (old != NONE && reasserted) {
                state.made(old, 0);
            } else if (old != NONE) {
                state.ended(old, true);
            }
            if (now != NONE) {
                state.made(now, reasserted ? 1 : state.made(now) + 1);
                state.ended(now, false);
                state.attempts(now, reasserted ? call.attempt() : 0);
                if (state.made(now) > 1) {
                    throw new Violation("I8 " + call + " made a second job of dispatch d" + now);
                }
            }
        }
        count(state, call, before, result.word());
        for (int dispatch = 0; dispatch < scenario.dispatches().size(); dispatch++) {
            String outcome = before.outcome(dispatch);
            if (ENDED.contains(outcome) && !after.outcome(dispatch).equals(outcome)) {
                throw new Violation("I10 " + call + " changed the outcome of d" + dispatch + " from " + outcome + " to "
                        + after.outcome(dispatch));
            }
        }
        for (int key = 0; key < scenario.keys(); key++) {
            RedisImage.Job job = before.job(key);
            if (job != null
                    && dispatchOf(after, key) != job.dispatch()
                    && ENDED.contains(after.outcome(job.dispatch()))
                    && after.isBegun(job.dispatch()) != job.startedOnce()) {
                throw new Violation("I10 " + call + " ended d" + job.dispatch() + ", which had "
                        + (job.startedOnce() ? "" : "not ") + "begun, and says the opposite");
            }
        }
        return result.word();
    }

    /** How many attempts there have to be after a call. */
    private static void count(WalkState state, WalkCall call, RedisImage before, String word) {
        RedisImage.Job job = call.key() == NONE ? null : before.job(call.key());
        if (job == null) {
            return;
        }
        int dispatch = job.dispatch();
        boolean first = !job.state().equals("running");
        if (call.script() == Script.BEGIN && word.startsWith("ATTEMPT") && first) {
            state.attempts(dispatch, state.attempts(dispatch) + 1);
        } else if (call.script() == Script.LATER && call.slots().equals(WalkCall.AGAIN) && word.equals("DUE")) {
            state.attempts(dispatch, state.attempts(dispatch) - 1);
        } else if (call.script() == Script.RETRY
                && word.equals("OK")
                && job.state().equals("dead")) {
            state.attempts(dispatch, 0);
        } else if (call.script() == Script.REASSERT && !word.equals("LOST") && job.dispatch() == call.dispatch()) {
            state.attempts(dispatch, call.attempt());
        }
    }

    private static int dispatchOf(RedisImage image, int key) {
        RedisImage.Job job = image.job(key);
        return job == null ? NONE : job.dispatch();
    }

    void delay(WalkState state, WalkCall call) {
        if (state.left(Fault.DELAY) > 0 && !state.isUnderWay(memory.number(call))) {
            WalkState late = state.send(memory.number(call));
            late.spend(Fault.DELAY);
            add(true, late, call, " under way");
        }
    }

    boolean isAny(WalkState state, int node, Set<Phase> phases) {
        for (int key = 0; key < scenario.keys(); key++) {
            if (phases.contains(state.handler(node, key).phase())) {
                return true;
            }
        }
        return false;
    }

    boolean isIdle(WalkState state, int node) {
        return !isAny(state, node, EnumSet.complementOf(EnumSet.of(Phase.IDLE)));
    }

    boolean hasUnasserted(WalkState state, int node) {
        for (int key = 0; key < scenario.keys(); key++) {
            if (state.handler(node, key).unasserted()) {
                return true;
            }
        }
        return false;
    }
}
