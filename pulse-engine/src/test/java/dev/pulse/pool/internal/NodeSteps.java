package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.PoolWalk.Fault;
import dev.pulse.pool.internal.ScriptMemory.Violation;
import dev.pulse.pool.internal.WalkCall.Script;
import dev.pulse.pool.internal.WalkState.Handler;
import dev.pulse.pool.internal.WalkState.Node;
import dev.pulse.pool.internal.WalkState.Phase;
import dev.pulse.pool.internal.WalkState.Why;

/** What nodes do: they join, leave, fence themselves, crash, are paused, and find that all is lost. */
final class NodeSteps {
    private final WalkSteps steps;
    private final HandlerSteps handlers;

    NodeSteps(WalkSteps steps) {
        this.steps = steps;
        this.handlers = new HandlerSteps(steps);
    }

    void node(WalkState state, int node) throws Violation {
        Node does = state.node(node);
        RedisImage image = steps.image(state);
        int worker = state.worker(node);
        switch (does) {
            case OFF, CRASHED -> {
                join(state, node, NONE, false);
                return;
            }
            case PAUSED -> {
                WalkState next = state.copy();
                next.node(
                        node,
                        !image.isLive(worker)
                                ? Node.ZOMBIE
                                : WalkRing.contains(image.ring(), worker) ? Node.UP : Node.LEAVING);
                steps.add(false, next, "n", node, ": resumes");
                crash(state, node);
                return;
            }
            case OLD -> findLossOfState(state, node);
            default -> {}
        }
        crash(state, node);
        if (WalkSteps.WORKS.contains(does) && state.left(Fault.PAUSE) > 0) {
            WalkState next = state.copy();
            next.spend(Fault.PAUSE);
            next.node(node, Node.PAUSED);
            steps.add(true, next, "n", node, ": paused");
        }
        fence(state, node);
        if ((does == Node.FENCED || does == Node.CUT_OFF) && steps.isIdle(state, node)) {
            join(state, node, worker, false);
        }
        if (does == Node.UP && state.left(Fault.LEAVE) > 0) {
            WalkState next = state.copy();
            next.spend(Fault.LEAVE);
            WalkCall leave =
                    WalkCall.ofMember(Script.LEAVE_BEGIN, worker, image, NONE, WalkRing.without(image, worker), false);
            String word = steps.call(next, leave);
            next.node(node, Node.LEAVING);
            steps.ran(node, leave, word, true, next);
        }
        if (does == Node.LEAVING && image.ownsNothing(worker) && steps.isIdle(state, node)) {
            leaveEnd(state, node);
        }
        if (WalkSteps.WORKS.contains(does) && !image.isLive(worker) && !image.isExpired(worker)) {
            WalkState next = state.copy();
            next.node(node, Node.ZOMBIE);
            steps.add(false, next, "n", node, ": finds its lease lost");
        }
        boolean works = WalkSteps.WORKS.contains(does);
        if (works) {
            handlers.read(state, node);
            if (image.reasserts(worker) && !steps.hasUnasserted(state, node)) {
                WalkState next = state.copy();
                WalkCall none = new WalkCall(Script.REASSERT, worker, NONE, 0, NONE, 0, NONE, "", true, 0);
                steps.ran(node, none, steps.call(next, none), false, next);
            }
        }
        for (int key = 0; key < steps.scenario().keys(); key++) {
            handlers.handle(state, node, key);
        }
    }

    private void crash(WalkState state, int node) {
        if (state.left(Fault.CRASH) > 0) {
            WalkState next = state.copy();
            next.spend(Fault.CRASH);
            next.node(node, Node.CRASHED);
            next.forget(node);
            steps.add(true, next, "n", node, ": crashes");
        }
    }

    /** Joins with a new worker, if the walk has one left. */
    private void join(WalkState state, int node, int replaced, boolean reasserts) throws Violation {
        // the nodes are alike: without loss, the first one joins first
        if (state.workersOf(node) == steps.scenario().workers() || (node > 0 && state.workersOf(0) == 0)) {
            return;
        }
        RedisImage image = steps.image(state);
        int worker = node + PoolWalk.NODES * state.workersOf(node);
        WalkState next = state.copy();
        next.addWorker(node);
        WalkCall join = WalkCall.ofMember(
                Script.JOIN, worker, image, replaced, WalkRing.with(image, worker, replaced), reasserts);
        String word = steps.call(next, join);
        if (state.node(node) != Node.OLD) {
            next.forget(node);
        }
        next.node(node, Node.UP, worker);
        boolean optional = state.node(node) == Node.OFF || state.node(node) == Node.CRASHED;
        steps.ran(node, join, word, optional, next);
    }

    /** A node finds that its incarnation is gone: it joins the new one, or has to close. */
    private void findLossOfState(WalkState state, int node) throws Violation {
        WalkState next = state.copy();
        boolean goesOn = state.workersOf(node) < steps.scenario().workers();
        boolean reasserts = false;
        for (int key = 0; key < steps.scenario().keys(); key++) {
            Handler handler = state.handler(node, key);
            if (!handler.isActive() && !handler.isUntold()) {
                next.handler(node, key, handler.idle());
            } else if (goesOn) {
                next.handler(node, key, handler.unasserted(true));
                reasserts = true;
            } else {
                next.handler(node, key, handler.isActive() ? handler.now(Phase.STOPPING, Why.FENCE) : handler.idle());
            }
        }
        if (goesOn) {
            join(next, node, NONE, reasserts);
        } else {
            next.node(node, Node.CUT_OFF);
            steps.add(false, next, "n", node, ": closes");
        }
    }

    /** The deadline of a worker passes: it stops its handlers. */
    private void fence(WalkState state, int node) {
        boolean woken = state.node(node) == Node.ZOMBIE;
        if (!woken && !(WalkSteps.WORKS.contains(state.node(node)) && state.left(Fault.CUT_OFF) > 0)) {
            return;
        }
        WalkState next = state.copy();
        next.node(node, woken ? Node.FENCED : Node.CUT_OFF);
        if (!woken) {
            next.spend(Fault.CUT_OFF);
        }
        for (int key = 0; key < steps.scenario().keys(); key++) {
            Handler handler = state.handler(node, key);
            next.handler(
                    node,
                    key,
                    handler.isActive() ? handler.unasserted(false).now(Phase.STOPPING, Why.FENCE) : handler.idle());
        }
        steps.add(!woken, next, "n", node, ": its deadline passed, fences itself");
    }

    private void leaveEnd(WalkState state, int node) throws Violation {
        RedisImage image = steps.image(state);
        int worker = state.worker(node);
        WalkState next = state.copy();
        boolean empty = image.inbox(worker).isEmpty();
        WalkCall call = WalkCall.ofMember(empty ? Script.LEAVE_END : Script.FORWARD, worker, image, NONE, "", false);
        String word = steps.call(next, call);
        if (empty && !word.equals("LOST")) {
            next.node(node, Node.OFF);
        }
        if (!empty || !word.equals("LOST")) {
            steps.ran(node, call, word, false, next);
        }
    }
}
