package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.PoolWalk.Fault;
import dev.pulse.pool.internal.ScriptMemory.Violation;
import dev.pulse.pool.internal.WalkCall.Script;
import dev.pulse.pool.internal.WalkState.Node;
import dev.pulse.pool.internal.WalkState.Phase;
import java.util.EnumSet;
import java.util.Objects;

/** What happens to a pool at large: leases end, somebody sweeps and places, Redis loses everything. */
final class UpkeepSteps {
    private final WalkSteps steps;

    UpkeepSteps(WalkSteps steps) {
        this.steps = steps;
    }

    void lossOfState(WalkState state) throws Violation {
        RedisImage image = steps.image(state);
        boolean something = image.ring().length > 0;
        for (int key = 0; key < steps.scenario().keys(); key++) {
            something |= image.job(key) != null;
        }
        if (state.left(Fault.FLUSH) > 0 && !image.isRecovering() && something) {
            WalkState next = state.forgetCalls();
            next.spend(Fault.FLUSH);
            next.image(steps.memory()
                    .change(
                            steps.memory().empty(),
                            "flush t" + image.lastToken() + ' ',
                            empty -> empty.recovering(image.lastToken())));
            for (int key = 0; key < steps.scenario().keys(); key++) {
                next.stopAwaited(key, 0);
            }
            for (int dispatch = 0; dispatch < steps.scenario().dispatches().size(); dispatch++) {
                next.made(dispatch, 0);
                next.ended(dispatch, false);
                next.attempts(dispatch, 0);
            }
            for (int node = 0; node < PoolWalk.NODES; node++) {
                if (WalkSteps.WORKS.contains(next.node(node))) {
                    next.node(node, Node.OLD);
                }
            }
            steps.add(true, next, "FLUSHALL");
        }
        if (image.isRecovering() && isTimeForAllToComePast(state)) {
            WalkState next = state.copy();
            WalkCall beat = new WalkCall(Script.BEAT, NONE, NONE, 0, NONE, 0, NONE, "", false, 0);
            String word = steps.call(next, beat);
            if (next.image() != state.image()) {
                steps.add(false, next, "recovery is over: ", beat, " -> ", word);
            }
        }
    }

    /** Whether all nodes that are awake have seen that the state was lost, or stopped their handlers. */
    private boolean isTimeForAllToComePast(WalkState state) {
        for (int node = 0; node < PoolWalk.NODES; node++) {
            if (state.node(node) == Node.OLD
                    || (state.node(node) == Node.CUT_OFF && steps.isAny(state, node, EnumSet.of(Phase.STOPPING)))) {
                return false;
            }
        }
        return true;
    }

    void leases(WalkState state) {
        RedisImage image = steps.image(state);
        for (int worker = 0; worker < PoolWalk.NODES * steps.scenario().workers(); worker++) {
            int number = worker;
            int node = worker % PoolWalk.NODES;
            boolean current = state.worker(node) == worker;
            Node does = state.node(node);
            boolean may = !current
                    || does == Node.CRASHED
                    || does == Node.PAUSED
                    || does == Node.FENCED
                    || (does == Node.CUT_OFF
                            && !steps.isAny(state, node, EnumSet.complementOf(EnumSet.of(Phase.IDLE, Phase.STOPPED))));
            if (image.isLive(worker) && may) {
                WalkState next = state.copy();
                next.image(steps.memory()
                        .change(state.image(), "expire w" + worker + ' ', old -> old.withLeaseEnded(number)));
                steps.add(false, next, "lease of w", worker, " ends");
            }
        }
    }

    void sweeps(WalkState state) throws Violation {
        RedisImage image = steps.image(state);
        for (int worker = 0; worker < PoolWalk.NODES * steps.scenario().workers(); worker++) {
            if (image.isExpired(worker)) {
                member(
                        state,
                        WalkCall.ofMember(
                                Script.SWEEP_BEGIN, worker, image, NONE, WalkRing.without(image, worker), false));
            }
            if (!image.isGone(worker)) {
                continue;
            }
            for (int key = 0; key < steps.scenario().keys(); key++) {
                RedisImage.Job job = image.job(key);
                if (image.owns(worker, key) && job != null && job.owner() == worker) {
                    WalkCall step =
                            WalkCall.ofPlace(Script.SWEEP_STEP, worker, key, job, image, WalkRing.owner(image, key));
                    member(state, step);
                    steps.delay(state, step);
                }
            }
            if (image.ownsNothing(worker)) {
                Script script = image.inbox(worker).isEmpty() ? Script.SWEEP_END : Script.FORWARD;
                member(state, WalkCall.ofMember(script, worker, image, NONE, "", false));
            }
        }
    }

    private void member(WalkState state, WalkCall call) throws Violation {
        WalkState next = state.copy();
        String word = steps.call(next, call);
        steps.ran(NONE, call, word, false, next);
    }

    /** A dead job is kept no longer: some node may have seen that before somebody had it tried anew. */
    void drop(WalkState state, int key) throws Violation {
        RedisImage.Job job = steps.image(state).job(key);
        if (state.left(Fault.DROP) > 0 && job != null && job.state().equals("dead")) {
            steps.maybe(state, Fault.DROP, WalkCall.ofOwner(Script.DROP, NONE, key, 0, job.dispatch()));
        }
    }

    void places(WalkState state) throws Violation {
        RedisImage image = steps.image(state);
        for (int key = 0; key < steps.scenario().keys(); key++) {
            int owner = WalkRing.owner(image, key);
            boolean waits = image.waits(key) && owner != NONE && !image.isRecovering();
            if (waits || (image.isDue(key) && !image.isRecovering())) {
                member(
                        state,
                        WalkCall.ofPlace(
                                Script.PLACE, NONE, key, Objects.requireNonNull(image.job(key)), image, owner));
            }
        }
    }
}
