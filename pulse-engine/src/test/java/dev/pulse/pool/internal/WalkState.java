package dev.pulse.pool.internal;

import java.util.Arrays;

/**
 * All clients of a pool at one moment, and which image Redis is: a list of numbers. A walk changes copies.
 *
 * <p>Each node has a worker at a time, and for each key a handler in some phase. What is under way, and may reach Redis at
 * any time, stands at the end.
 */
final class WalkState {
    /** What a node does. */
    enum Node {
        UP,
        PAUSED,
        CRASHED,
        /** Not begun, or closed. */
        OFF,
        /** Its lease ended while it was paused: its handlers are being stopped. */
        FENCED,
        /** Woken after its lease had ended, and does not know yet. */
        ZOMBIE,
        LEAVING,
        /** Cut off: it has stopped its handlers before its lease ends. */
        CUT_OFF,
        /** Its incarnation is gone, and it does not know yet. */
        OLD
    }

    /** What a node does with a key. */
    enum Phase {
        IDLE,
        /** It has read the start. */
        DECIDED,
        /** The handler has started, which is not yet said. */
        STARTED,
        RUNNING,
        STOPPING,
        /** The handler has stopped, or never ran, which is not yet said. */
        STOPPED
    }

    /** Why it stops, or what comes after it has stopped. */
    enum Why {
        NOTHING,
        STOP,
        MOVE,
        FAIL,
        LATER,
        /** A task is done. */
        DONE,
        /** A task is to run again, without a failure. */
        AGAIN,
        /** A task has no attempt left. */
        SPENT,
        STALE,
        FENCE
    }

    private static final int NODE = 3;
    private static final int HANDLER = 8;

    private final int nodes;
    private final int keys;
    private final int dispatches;
    private final int[] numbers;

    private WalkState(int nodes, int keys, int dispatches, int[] numbers) {
        this.nodes = nodes;
        this.keys = keys;
        this.dispatches = dispatches;
        this.numbers = numbers;
    }

    static WalkState initial(int image, int nodes, int keys, int dispatches, int[] budgets) {
        int fixed = 1 + nodes * (NODE + HANDLER * keys) + keys + 4 * dispatches;
        int[] numbers = new int[fixed + budgets.length];
        numbers[0] = image;
        System.arraycopy(budgets, 0, numbers, fixed, budgets.length);
        WalkState state = new WalkState(nodes, keys, dispatches, numbers);
        for (int node = 0; node < nodes; node++) {
            state.node(node, Node.OFF, RedisImage.NONE);
            state.forget(node);
        }
        return state;
    }

    WalkState copy() {
        return new WalkState(nodes, keys, dispatches, numbers.clone());
    }

    int image() {
        return numbers[0];
    }

    void image(int value) {
        numbers[0] = value;
    }

    private int at(int node) {
        return 1 + node * (NODE + HANDLER * keys);
    }

    Node node(int node) {
        return Node.values()[numbers[at(node)]];
    }

    int worker(int node) {
        return numbers[at(node) + 1];
    }

    void node(int node, Node does) {
        numbers[at(node)] = does.ordinal();
    }

    void node(int node, Node does, int worker) {
        node(node, does);
        numbers[at(node) + 1] = worker;
    }

    /** How many workers the node has had. */
    int workersOf(int node) {
        return numbers[at(node) + 2];
    }

    void addWorker(int node) {
        numbers[at(node) + 2]++;
    }

    /** Forgets all that the node has in memory. */
    void forget(int node) {
        for (int key = 0; key < keys; key++) {
            handler(node, key, Handler.NONE);
        }
    }

    /**
     * What a node knows of a key.
     *
     * @param token of the job that it has; 0 for none
     * @param read the greatest token of a start that was read
     * @param dispatch of the job that it has
     * @param again whether its start has succeeded before
     * @param unasserted whether it is to be re-asserted after a loss of state
     * @param attempt of a task that has begun; else 0
     */
    record Handler(
            Phase phase, int token, int read, Why why, int dispatch, boolean again, boolean unasserted, int attempt) {
        static final Handler NONE = idle(0);

        static Handler idle(int read) {
            return new Handler(Phase.IDLE, 0, read, Why.NOTHING, RedisImage.NONE, false, false, 0);
        }

        Handler now(Phase next, Why reason) {
            return new Handler(next, token, read, reason, dispatch, again, unasserted, attempt);
        }

        Handler now(Phase next) {
            return now(next, why);
        }

        Handler idle() {
            return idle(read);
        }

        Handler unasserted(boolean value) {
            return new Handler(phase, token, read, why, dispatch, again, value, attempt);
        }

        /** A task whose handler is called. */
        Handler begun(int number) {
            return new Handler(Phase.RUNNING, token, read, why, dispatch, again, unasserted, number);
        }

        /** Whether a task is done, which is not yet said. */
        boolean isUntold() {
            return phase == Phase.STOPPED && why == Why.DONE;
        }

        /** Whether the user's code may be running. */
        boolean isActive() {
            return phase == Phase.STARTED || phase == Phase.RUNNING || phase == Phase.STOPPING;
        }
    }

    Handler handler(int node, int key) {
        int at = at(node) + NODE + HANDLER * key;
        return new Handler(
                Phase.values()[numbers[at]],
                numbers[at + 1],
                numbers[at + 2],
                Why.values()[numbers[at + 3]],
                numbers[at + 4],
                numbers[at + 5] == 1,
                numbers[at + 6] == 1,
                numbers[at + 7]);
    }

    void handler(int node, int key, Handler handler) {
        int at = at(node) + NODE + HANDLER * key;
        numbers[at] = handler.phase().ordinal();
        numbers[at + 1] = handler.token();
        numbers[at + 2] = handler.read();
        numbers[at + 3] = handler.why().ordinal();
        numbers[at + 4] = handler.dispatch();
        numbers[at + 5] = handler.again() ? 1 : 0;
        numbers[at + 6] = handler.unasserted() ? 1 : 0;
        numbers[at + 7] = handler.attempt();
    }

    private int afterNodes() {
        return at(nodes);
    }

    /** The dispatch whose stop somebody waits for, and 1; 0 for none. */
    int stopAwaited(int key) {
        return numbers[afterNodes() + key];
    }

    void stopAwaited(int key, int value) {
        numbers[afterNodes() + key] = value;
    }

    /** How far its caller is: 0 not begun, 1 without a reply, 2 waiting for the outcome, 3 it knows, 4 refused. */
    int caller(int dispatch) {
        return numbers[afterNodes() + keys + dispatch];
    }

    void caller(int dispatch, int value) {
        numbers[afterNodes() + keys + dispatch] = value;
    }

    /** How many jobs it made. */
    int made(int dispatch) {
        return numbers[afterNodes() + keys + dispatches + dispatch];
    }

    void made(int dispatch, int value) {
        numbers[afterNodes() + keys + dispatches + dispatch] = value;
    }

    /** Whether its job has ended. */
    boolean hasEnded(int dispatch) {
        return numbers[afterNodes() + keys + 2 * dispatches + dispatch] == 1;
    }

    void ended(int dispatch, boolean value) {
        numbers[afterNodes() + keys + 2 * dispatches + dispatch] = value ? 1 : 0;
    }

    /** How many attempts of its task were begun, and not taken back. */
    int attempts(int dispatch) {
        return numbers[afterNodes() + keys + 3 * dispatches + dispatch];
    }

    void attempts(int dispatch, int value) {
        numbers[afterNodes() + keys + 3 * dispatches + dispatch] = value;
    }

    private int budgets() {
        return afterNodes() + keys + 4 * dispatches;
    }

    /** How many faults of a kind may still happen. */
    int left(PoolWalk.Fault fault) {
        return numbers[budgets() + fault.ordinal()];
    }

    void spend(PoolWalk.Fault fault) {
        numbers[budgets() + fault.ordinal()]--;
    }

    private int fixed() {
        return budgets() + PoolWalk.Fault.values().length;
    }

    /** The calls under way. */
    int underWay() {
        return numbers.length - fixed();
    }

    int underWay(int i) {
        return numbers[fixed() + i];
    }

    boolean isUnderWay(int call) {
        return Arrays.binarySearch(numbers, fixed(), numbers.length, call) >= 0;
    }

    /** The same with one more under way. */
    WalkState send(int call) {
        int[] more = Arrays.copyOf(numbers, numbers.length + 1);
        more[numbers.length] = call;
        Arrays.sort(more, fixed(), more.length);
        return new WalkState(nodes, keys, dispatches, more);
    }

    /** The same with one less under way. */
    WalkState arrive(int i) {
        int[] less = Arrays.copyOf(numbers, numbers.length - 1);
        System.arraycopy(numbers, fixed() + i + 1, less, fixed() + i, less.length - fixed() - i);
        return new WalkState(nodes, keys, dispatches, less);
    }

    /** The same with none under way. */
    WalkState forgetCalls() {
        return new WalkState(nodes, keys, dispatches, Arrays.copyOf(numbers, fixed()));
    }

    /** 64 bits of all of it: two different states have the same once in some 10^6 walks of a million states. */
    long fingerprint() {
        long hash = numbers.length;
        for (int number : numbers) {
            hash = (hash ^ number) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        return hash;
    }
}
