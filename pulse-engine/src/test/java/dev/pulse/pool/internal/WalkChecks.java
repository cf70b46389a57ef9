package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.ScriptMemory.Violation;
import dev.pulse.pool.internal.WalkState.Handler;
import dev.pulse.pool.internal.WalkState.Node;
import dev.pulse.pool.internal.WalkState.Phase;
import dev.pulse.pool.internal.WalkState.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What has to be true of every state of a walk, beside what is true of Redis alone; and when a pool is at rest. */
final class WalkChecks {
    /** Those that a lost lease excuses for running on. */
    private static final Set<Node> EXCUSED = EnumSet.of(Node.PAUSED, Node.ZOMBIE, Node.FENCED);

    private final PoolWalk.Scenario scenario;
    private final ScriptMemory memory;

    WalkChecks(PoolWalk.Scenario scenario, ScriptMemory memory) {
        this.scenario = scenario;
        this.memory = memory;
    }

    private record Active(int node, int worker, Node does, Handler handler) {}

    void check(WalkState state) throws Violation {
        RedisImage image = memory.image(state.image());
        for (int key = 0; key < scenario.keys(); key++) {
            checkHandlers(state, image, key);
            checkMemory(state, image, key);
            checkAttempts(state, image, key);
        }
        for (int dispatch = 0; dispatch < scenario.dispatches().size(); dispatch++) {
            int key = scenario.dispatches().get(dispatch);
            RedisImage.Job job = image.job(key);
            if (state.made(dispatch) > 0 && !state.hasEnded(dispatch) && (job == null || job.dispatch() != dispatch)) {
                throw new Violation("I9 the job of d" + dispatch + " is lost");
            }
        }
    }

    private void checkHandlers(WalkState state, RedisImage image, int key) throws Violation {
        List<Active> active = new ArrayList<>();
        for (int node = 0; node < PoolWalk.NODES; node++) {
            Handler handler = state.handler(node, key);
            if (handler.isActive()) {
                active.add(new Active(node, state.worker(node), state.node(node), handler));
            }
        }
        active.sort(Comparator.comparingInt(one -> one.handler().token()));
        for (int i = 0; i < active.size(); i++) {
            Active one = active.get(i);
            int token = one.handler().token();
            boolean live = image.isLive(one.worker());
            if (i + 1 < active.size()) {
                int newer = active.get(i + 1).handler().token();
                if (newer == token) {
                    throw new Violation("I1 k" + key + " runs twice with t" + token);
                }
                if (!EXCUSED.contains(one.does()) || live) {
                    throw new Violation("I1 k" + key + " t" + token + " runs on w" + one.worker() + ", " + one.does()
                            + (live ? " under a lease" : "") + ", while t" + newer + " runs");
                }
            }
            int dispatch = one.handler().dispatch();
            if (dispatch != NONE
                    && state.hasEnded(dispatch)
                    && live
                    && one.handler().why() != Why.STALE) {
                throw new Violation("I2 k" + key + " t" + token + " runs on w" + one.worker() + " after it ended");
            }
            RedisImage.Job job = image.job(key);
            if (job != null && job.token() > token && live && job.dispatch() == dispatch) {
                throw new Violation("I3 k" + key + " t" + job.token() + " is given out while t" + token + " runs");
            }
        }
    }

    /** An attempt is counted before it runs, and once. */
    private void checkAttempts(WalkState state, RedisImage image, int key) throws Violation {
        RedisImage.Job job = image.job(key);
        if (!scenario.hasTasks() || job == null) {
            return;
        }
        if (job.attempts() != state.attempts(job.dispatch()) || job.attempts() > scenario.attempts()) {
            throw new Violation("I16 k" + key + " has counted " + job.attempts() + " attempts of "
                    + state.attempts(job.dispatch()) + ", has " + scenario.attempts());
        }
        for (int node = 0; node < PoolWalk.NODES; node++) {
            Handler handler = state.handler(node, key);
            boolean counted = job.state().equals("running") && handler.attempt() == job.attempts();
            if (handler.phase() == Phase.RUNNING
                    && !handler.unasserted()
                    && handler.token() == job.token()
                    && !(counted && handler.attempt() > 0)) {
                throw new Violation(
                        "I16 k" + key + " runs attempt " + handler.attempt() + ", counted are " + job.attempts());
            }
        }
    }

    private void checkMemory(WalkState state, RedisImage image, int key) throws Violation {
        RedisImage.Job job = image.job(key);
        if (job == null || !job.state().equals("assigned")) {
            return;
        }
        int node = job.owner() % PoolWalk.NODES;
        boolean awake = state.worker(node) == job.owner()
                && EnumSet.of(Node.UP, Node.LEAVING, Node.PAUSED).contains(state.node(node));
        if (awake
                && image.entry(job.owner(), 's', key, job.token()) == null
                && state.handler(node, key).token() != job.token()) {
            throw new Violation("I12 k" + key + " t" + job.token() + " is neither in the inbox nor in the memory of w"
                    + job.owner());
        }
    }

    /** Whether all that was asked for is done, and nothing is left to do. */
    boolean isSettled(WalkState state) {
        RedisImage image = memory.image(state.image());
        if (state.underWay() > 0 || image.isRecovering()) {
            return false;
        }
        for (int dispatch = 0; dispatch < scenario.dispatches().size(); dispatch++) {
            if (state.caller(dispatch) == 1 || state.caller(dispatch) == 2) {
                return false;
            }
        }
        for (int worker = 0; worker < PoolWalk.NODES * scenario.workers(); worker++) {
            boolean up =
                    state.worker(worker % PoolWalk.NODES) == worker && state.node(worker % PoolWalk.NODES) == Node.UP;
            if (image.isGone(worker)
                    || image.isExpired(worker)
                    || (image.isLive(worker) && !up)
                    || !image.inbox(worker).isEmpty()) {
                return false;
            }
        }
        for (int key = 0; key < scenario.keys(); key++) {
            if (state.stopAwaited(key) != 0 || !isSettled(state, image, key)) {
                return false;
            }
        }
        return true;
    }

    private boolean isSettled(WalkState state, RedisImage image, int key) {
        RedisImage.Job job = image.job(key);
        int live = NONE;
        for (int node = 0; node < PoolWalk.NODES; node++) {
            Handler handler = state.handler(node, key);
            switch (state.node(node)) {
                case UP -> {
                    if (!image.isLive(state.worker(node))) {
                        return false;
                    }
                    if (handler.phase() != Phase.IDLE) {
                        if (scenario.hasTasks()
                                || handler.phase() != Phase.RUNNING
                                || job == null
                                || job.owner() != state.worker(node)
                                || job.token() != handler.token()) {
                            return false;
                        }
                        live = state.worker(node);
                    }
                }
                case OFF, CRASHED -> {}
                case FENCED, CUT_OFF -> {
                    // the walk has no worker left for it: as if it had been closed
                    if (state.workersOf(node) < scenario.workers() || !isIdle(state, node)) {
                        return false;
                    }
                }
                default -> {
                    return false;
                }
            }
        }
        if (scenario.hasTasks()) {
            return job == null || job.state().equals("dead");
        }
        return job == null || (job.state().equals("running") && live != NONE && WalkRing.owner(image, key) == live);
    }

    private boolean isIdle(WalkState state, int node) {
        for (int key = 0; key < scenario.keys(); key++) {
            if (state.handler(node, key).phase() != Phase.IDLE) {
                return false;
            }
        }
        return true;
    }

    /** Whether somebody is there, or will be, who can do what is left to do. */
    boolean isCapable(WalkState state) {
        RedisImage image = memory.image(state.image());
        for (int node = 0; node < PoolWalk.NODES; node++) {
            boolean more = state.workersOf(node) < scenario.workers();
            boolean capable = switch (state.node(node)) {
                case UP -> true;
                case FENCED, CUT_OFF, ZOMBIE, OLD -> more;
                case PAUSED ->
                    more || (image.isLive(state.worker(node)) && WalkRing.contains(image.ring(), state.worker(node)));
                case OFF, CRASHED, LEAVING -> false;
            };
            if (capable) {
                return true;
            }
        }
        return false;
    }
}
