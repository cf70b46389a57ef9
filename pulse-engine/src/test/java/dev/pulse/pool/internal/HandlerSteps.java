package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.PoolWalk.Fault;
import dev.pulse.pool.internal.ScriptMemory.Violation;
import dev.pulse.pool.internal.WalkCall.Script;
import dev.pulse.pool.internal.WalkState.Handler;
import dev.pulse.pool.internal.WalkState.Node;
import dev.pulse.pool.internal.WalkState.Phase;
import dev.pulse.pool.internal.WalkState.Why;
import java.util.EnumSet;
import java.util.Set;

/** What a node does about each key: it reads its inbox, starts and stops handlers, and says so. */
final class HandlerSteps {
    /** What a task that has returned is going to say. */
    private static final Set<Why> ENDING = EnumSet.of(Why.DONE, Why.LATER, Why.AGAIN, Why.SPENT);

    private final WalkSteps steps;

    HandlerSteps(WalkSteps steps) {
        this.steps = steps;
    }

    /** Reads what is in the inbox of the node's worker, in any order. */
    void read(WalkState state, int node) throws Violation {
        for (RedisImage.Entry entry : steps.image(state).inbox(state.worker(node))) {
            if (entry.kind() == 's') {
                readStart(state, node, entry);
            } else {
                readStop(state, node, entry);
            }
        }
        reread(state, node);
    }

    private void readStart(WalkState state, int node, RedisImage.Entry entry) {
        int key = entry.key();
        int worker = state.worker(node);
        Handler handler = state.handler(node, key);
        boolean busy = handler.phase() != Phase.IDLE;
        if (busy && entry.token() >= handler.token()) {
            // it waits for the older one, or is the same once more
            return;
        }
        WalkState next = state.copy();
        Handler decided = new Handler(
                Phase.DECIDED,
                entry.token(),
                Math.max(handler.read(), entry.token()),
                Why.NOTHING,
                entry.dispatch(),
                entry.startedOnce(),
                false,
                0);
        RedisImage.Job job = steps.image(state).job(key);
        if (!busy && entry.token() > handler.read()) {
            next.handler(node, key, decided);
        } else if (!busy && job != null && job.owner() == worker && job.token() == entry.token()) {
            next.handler(node, key, job.wished() ? decided.now(Phase.STOPPED, Why.STOP) : decided);
        } else {
            next.image(steps.memory()
                    .change(state.image(), "drop w" + worker + entry, old -> old.withoutEntry(worker, entry)));
        }
        steps.add(false, next, "n", node, ": reads ", entry);
    }

    private void readStop(WalkState state, int node, RedisImage.Entry entry) throws Violation {
        int key = entry.key();
        Handler handler = state.handler(node, key);
        WalkState next = state.copy();
        int dispatch = stoppedDispatch(steps.image(state), key, entry);
        if (handler.phase() == Phase.IDLE) {
            int read = Math.max(handler.read(), entry.token());
            next.handler(
                    node, key, new Handler(Phase.STOPPED, entry.token(), read, Why.STOP, dispatch, false, false, 0));
        } else if (entry.token() < handler.token()) {
            WalkCall late = WalkCall.ofOwner(Script.STOPPED, state.worker(node), key, entry.token(), dispatch);
            steps.ran(node, late, steps.call(next, late), false, next);
            return;
        } else if (entry.token() > handler.token()
                || handler.why() == Why.STOP
                || handler.phase() == Phase.STARTED
                || ENDING.contains(handler.why())) {
            // it waits for the older one, is known, or is met when the start or the end is said
            return;
        } else {
            boolean begun = handler.phase() == Phase.RUNNING || handler.phase() == Phase.STOPPING;
            next.handler(node, key, handler.now(begun ? Phase.STOPPING : Phase.STOPPED, Why.STOP));
        }
        steps.add(false, next, "n", node, ": reads ", entry);
    }

    /** A stop does not say of which dispatch: the record does, if it still is that job. */
    private static int stoppedDispatch(RedisImage image, int key, RedisImage.Entry entry) {
        RedisImage.Job job = image.job(key);
        return job != null && job.token() == entry.token() ? job.dispatch() : 0;
    }

    private void reread(WalkState state, int node) {
        for (int key = 0; key < steps.scenario().keys() && state.left(Fault.REREAD) > 0; key++) {
            Handler handler = state.handler(node, key);
            int worker = state.worker(node);
            int number = key;
            if (handler.phase() == Phase.IDLE
                    && handler.read() > 0
                    && steps.image(state).entry(worker, 's', key, handler.read()) == null) {
                WalkState next = state.copy();
                next.spend(Fault.REREAD);
                next.image(steps.memory()
                        .change(
                                state.image(),
                                "reread w" + worker + "k" + key + "t" + handler.read() + ' ',
                                old -> old.withStart(worker, number, handler.read(), dispatchFor(number))));
                steps.add(true, next, "n", node, ": start of k", key, " t", handler.read(), " comes again");
            }
        }
    }

    private int dispatchFor(int key) {
        return steps.scenario().dispatches().indexOf(key);
    }

    void handle(WalkState state, int node, int key) throws Violation {
        Node does = state.node(node);
        Handler handler = state.handler(node, key);
        boolean works = WalkSteps.WORKS.contains(does);
        boolean runs = WalkSteps.RUNS.contains(does);
        if (handler.unasserted()) {
            if (works) {
                reassert(state, node, key);
            }
            if (handler.phase() == Phase.STOPPING) {
                WalkState next = state.copy();
                next.handler(node, key, handler.idle());
                handles(false, next, node, key, handler, " has stopped, nothing to re-assert");
            } else if (handler.phase() == Phase.RUNNING && steps.scenario().hasTasks()) {
                end(state, node, key, Why.DONE, false);
            }
            return;
        }
        switch (handler.phase()) {
            case DECIDED -> {
                if (steps.scenario().hasTasks()) {
                    if (runs) {
                        say(state, node, key, Script.BEGIN);
                    }
                } else if (runs || does == Node.OLD) {
                    WalkState next = state.copy();
                    next.handler(node, key, handler.now(Phase.STARTED));
                    handles(false, next, node, key, handler, " starts");
                }
                if (runs && !steps.scenario().hasTasks() && state.left(Fault.FAIL) > 0) {
                    WalkState next = state.copy();
                    next.spend(Fault.FAIL);
                    next.handler(node, key, handler.now(Phase.STOPPED, handler.again() ? Why.LATER : Why.FAIL));
                    handles(true, next, node, key, handler, " throws");
                }
                if (works && WalkRing.owner(steps.image(state), key) != state.worker(node)) {
                    WalkState next = state.copy();
                    next.handler(node, key, handler.now(Phase.STOPPED, Why.MOVE));
                    handles(false, next, node, key, handler, " belongs elsewhere, is not started");
                }
            }
            case STARTED -> {
                if (runs) {
                    say(state, node, key, Script.STARTED);
                }
            }
            case RUNNING -> {
                if (steps.scenario().hasTasks()) {
                    runTask(state, node, key);
                } else if (works && WalkRing.owner(steps.image(state), key) != state.worker(node)) {
                    WalkState next = state.copy();
                    next.handler(node, key, handler.now(Phase.STOPPING, Why.MOVE));
                    handles(false, next, node, key, handler, " belongs elsewhere, is being stopped");
                }
            }
            case STOPPING -> {
                WalkState next = state.copy();
                boolean silent = handler.why() == Why.FENCE || handler.why() == Why.STALE;
                // a task that moves was interrupted, and has not failed
                Why after = steps.scenario().hasTasks() && handler.why() == Why.MOVE ? Why.AGAIN : handler.why();
                next.handler(node, key, silent ? handler.idle() : handler.now(Phase.STOPPED, after));
                handles(false, next, node, key, handler, " has stopped");
                if (!silent && steps.scenario().hasTasks()) {
                    end(state, node, key, Why.DONE, false);
                }
            }
            case STOPPED -> {
                if (runs) {
                    say(
                            state,
                            node,
                            key,
                            switch (handler.why()) {
                                case MOVE -> Script.MOVE;
                                case FAIL -> Script.FAIL;
                                case LATER, AGAIN, SPENT -> Script.LATER;
                                case DONE -> Script.FINISH;
                                default -> Script.STOPPED;
                            });
                }
            }
            case IDLE -> {}
        }
    }

    private void runTask(WalkState state, int node, int key) {
        Node does = state.node(node);
        if (!WalkSteps.RUNS.contains(does) && does != Node.OLD) {
            return;
        }
        end(state, node, key, Why.DONE, false);
        if (state.left(Fault.FAIL) > 0) {
            end(spent(state, Fault.FAIL), node, key, Why.LATER, true);
        }
        if (state.left(Fault.REQUEUE) > 0) {
            end(spent(state, Fault.REQUEUE), node, key, Why.AGAIN, true);
        }
        if (does == Node.LEAVING) {
            WalkState next = state.copy();
            next.handler(node, key, state.handler(node, key).now(Phase.STOPPING, Why.MOVE));
            handles(false, next, node, key, state.handler(node, key), " takes too long, is interrupted");
        }
    }

    private static WalkState spent(WalkState state, Fault fault) {
        WalkState next = state.copy();
        next.spend(fault);
        return next;
    }

    private void end(WalkState state, int node, int key, Why how, boolean fault) {
        WalkState next = state.copy();
        next.handler(node, key, state.handler(node, key).now(Phase.STOPPED, how));
        handles(fault, next, node, key, state.handler(node, key), " returns " + how);
    }

    private void handles(boolean fault, WalkState next, int node, int key, Handler handler, String what) {
        steps.add(fault, next, "n", node, ": k", key, " t", handler.token(), what);
    }

    /** A worker's script about its job: done; done and the reply lost; or under way for ever so long. */
    private void say(WalkState state, int node, int key, Script script) throws Violation {
        Handler handler = state.handler(node, key);
        RedisImage image = steps.image(state);
        int worker = state.worker(node);
        RedisImage.Job job = new RedisImage.Job(handler.dispatch(), "", worker, handler.token(), false, false, 0);
        WalkCall call = script == Script.MOVE
                ? WalkCall.ofPlace(script, worker, key, job, image, WalkRing.owner(image, key))
                : WalkCall.ofOwner(script, worker, key, handler.token(), handler.dispatch(), how(handler));
        WalkState next = state.copy();
        String word = steps.call(next, call);
        WalkState lost = next.copy();
        if (script == Script.BEGIN) {
            next.handler(node, key, begun(handler, word));
        } else if (script != Script.STARTED) {
            next.handler(node, key, handler.idle());
        } else {
            next.handler(
                    node,
                    key,
                    switch (word) {
                        case "OK" -> handler.now(Phase.RUNNING);
                        case "WISHED" -> handler.now(Phase.STOPPING, Why.STOP);
                        default -> handler.now(Phase.STOPPING, Why.STALE);
                    });
        }
        steps.ran(node, call, word, false, next);
        if (state.left(Fault.LOSE) > 0 && lost.image() != state.image()) {
            lost.spend(Fault.LOSE);
            steps.add(true, lost, "n", node, ": ", call, " -> ", word, ", reply lost");
        }
        steps.delay(state, call);
    }

    /** What it says beside that it is to be tried later. */
    private String how(Handler handler) {
        return switch (handler.why()) {
            case AGAIN -> WalkCall.AGAIN;
            case SPENT -> WalkCall.SPENT;
            case LATER -> steps.scenario().hasTasks() ? WalkCall.FAILED : "";
            default -> "";
        };
    }

    private static Handler begun(Handler handler, String word) {
        return switch (word) {
            case "WISHED" -> handler.now(Phase.STOPPED, Why.STOP);
            case "SPENT" -> handler.now(Phase.STOPPED, Why.SPENT);
            case "STALE", "GONE" -> handler.idle();
            case "HOLD" -> handler.now(Phase.STOPPED, Why.MOVE);
            default -> handler.begun(Integer.parseInt(word.substring(word.indexOf(' ') + 1)));
        };
    }

    private void reassert(WalkState state, int node, int key) throws Violation {
        Handler handler = state.handler(node, key);
        WalkState next = state.copy();
        Handler asserted = handler.unasserted(false);
        next.handler(node, key, asserted);
        String slots = handler.phase() == Phase.STOPPING && handler.why() == Why.STOP ? WalkCall.STOPPING : "";
        WalkCall call = new WalkCall(
                Script.REASSERT,
                state.worker(node),
                key,
                handler.token(),
                handler.dispatch(),
                0,
                NONE,
                slots,
                !steps.hasUnasserted(next, node),
                handler.attempt());
        String word = steps.call(next, call);
        boolean stopping = handler.phase() == Phase.STOPPING;
        boolean silent = handler.why() == Why.FENCE || handler.why() == Why.STALE;
        if (handler.isUntold()) {
            next.handler(node, key, word.equals("OK") || word.equals("WISHED") ? asserted : asserted.idle());
            steps.ran(node, call, word, false, next);
            return;
        }
        next.handler(
                node,
                key,
                switch (word) {
                    case "OK" ->
                        stopping
                                ? asserted.now(Phase.STOPPING, silent ? Why.STOP : handler.why())
                                : asserted.now(Phase.RUNNING, Why.NOTHING);
                    case "WISHED" -> asserted.now(Phase.STOPPING, Why.STOP);
                    default -> asserted.now(Phase.STOPPING, Why.FENCE);
                });
        steps.ran(node, call, word, false, next);
    }
}
