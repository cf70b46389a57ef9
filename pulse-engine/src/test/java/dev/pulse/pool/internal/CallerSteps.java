package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.PoolWalk.Fault;
import dev.pulse.pool.internal.ScriptMemory.Violation;
import dev.pulse.pool.internal.WalkCall.Script;

/** What clients do: they dispatch jobs, ask about them, and have them stopped. */
final class CallerSteps {
    private final WalkSteps steps;

    CallerSteps(WalkSteps steps) {
        this.steps = steps;
    }

    void caller(WalkState state, int dispatch) throws Violation {
        int key = steps.scenario().dispatches().get(dispatch);
        RedisImage image = steps.image(state);
        int progress = state.caller(dispatch);
        WalkCall admit = new WalkCall(
                Script.ADMIT,
                NONE,
                key,
                0,
                dispatch,
                image.ringVersion(),
                WalkRing.owner(image, key),
                "",
                false,
                steps.scenario().attempts());
        if (progress <= 1) {
            WalkState next = state.copy();
            String word = steps.call(next, admit);
            WalkState lost = next.copy();
            next.caller(dispatch, word.equals("KEYTAKEN") || word.equals("FULL") ? 4 : 2);
            steps.ran(NONE, admit, word, progress == 0, next);
            if (state.left(Fault.LOSE) > 0) {
                lost.caller(dispatch, 1);
                lost.spend(Fault.LOSE);
                steps.add(true, lost, admit, " -> ", word, ", reply lost");
            }
            if (progress == 0 && state.left(Fault.DELAY) > 0) {
                WalkState late = state.send(steps.memory().number(admit));
                late.caller(dispatch, 1);
                late.spend(Fault.DELAY);
                steps.add(true, late, admit, " under way");
            }
        } else if (progress == 2) {
            WalkState next = state.copy();
            WalkCall ask = new WalkCall(Script.ASK, NONE, key, 0, dispatch, 0, NONE, "", false, 0);
            String word = steps.call(next, ask);
            switch (word) {
                case "assigned", "waiting", "due", "pending", "RECOVERING" -> {}
                case "UNKNOWN" -> {
                    if (!steps.scenario().has(Fault.FLUSH)) {
                        throw new Violation("I10 nothing is known of dispatch d" + dispatch);
                    }
                    next.caller(dispatch, 1);
                    steps.add(false, next, "d", dispatch, " is not known, again");
                }
                default -> {
                    // of a task its caller wants to know how it ends
                    if (!steps.scenario().hasTasks() || (!word.equals("running") && !word.equals("started"))) {
                        next.caller(dispatch, 3);
                        steps.add(false, next, "outcome of d", dispatch);
                    }
                }
            }
        }
    }

    void stop(WalkState state, int key) throws Violation {
        RedisImage.Job job = steps.image(state).job(key);
        int awaited = state.stopAwaited(key);
        if (state.left(Fault.STOP) > 0 && job != null && awaited == 0) {
            WalkCall stop = new WalkCall(Script.STOP, NONE, key, 0, job.dispatch(), 0, job.owner(), "", false, 0);
            WalkState next = state.copy();
            next.spend(Fault.STOP);
            String word = steps.call(next, stop);
            if (word.equals("WISHED")) {
                next.stopAwaited(key, job.dispatch() + 1);
            }
            steps.ran(NONE, stop, word, true, next);
        }
        if (awaited != 0 && (job == null || job.dispatch() != awaited - 1)) {
            WalkState next = state.copy();
            next.stopAwaited(key, 0);
            steps.add(false, next, "stop of k", key, " acknowledged");
        }
    }

    void retry(WalkState state, int key) throws Violation {
        RedisImage.Job job = steps.image(state).job(key);
        if (state.left(Fault.RETRY) > 0 && job != null && job.state().equals("dead")) {
            steps.maybe(state, Fault.RETRY, WalkCall.ofOwner(Script.RETRY, NONE, key, 0, job.dispatch()));
        }
    }
}
