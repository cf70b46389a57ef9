package dev.pulse.stream.internal;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where a delivery is between being read and being settled, and which thread works on it. Every change is made under its
 * lock, which is never held while Redis is asked or user code runs.
 */
abstract sealed class DeliveryState permits SinkDelivery {
    /**
     * HELD may become any of the others; ACKING becomes ACKED, or HELD again when Redis could not be asked; PARKED is
     * over when its retry begins. LOST is what is no longer ours, RELEASED what we gave back.
     */
    enum State {
        HELD,
        ACKING,
        ACKED,
        PARKED,
        RELEASED,
        LOST
    }

    private final ReentrantLock lock = new ReentrantLock();
    private State state = State.HELD;
    private @Nullable Thread handler;
    private long begunAt;
    private boolean counted = true;
    private boolean surelyOver;
    private boolean turnEnded;
    private volatile boolean begun;

    /** Whether it is ours, as far as is known here. */
    public boolean leaseHeld() {
        lock.lock();
        try {
            return state == State.HELD || state == State.ACKING || state == State.ACKED;
        } finally {
            lock.unlock();
        }
    }

    State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Goes from one state to another; false, and nothing, when it is in a third. */
    boolean move(State from, State to) {
        lock.lock();
        try {
            if (state != from) {
                return false;
            }
            state = to;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Goes from HELD to ACKING, never to be held again; false, and nothing, when it is not held. */
    boolean moveForGood() {
        lock.lock();
        try {
            surelyOver |= state == State.HELD;
            return move(State.HELD, State.ACKING);
        } finally {
            lock.unlock();
        }
    }

    /** Gives it back, unless its handler, or whoever polled it, has it or it is settled; false, and nothing, then. */
    boolean releaseUnbegun() {
        lock.lock();
        try {
            return !begun && move(State.HELD, State.RELEASED);
        } finally {
            lock.unlock();
        }
    }

    boolean isReleased() {
        return state() == State.RELEASED;
    }

    /** Whether it is another's by now, or may be: it was lost or given back. */
    boolean isGivenAway() {
        State now = state();
        return now == State.LOST || now == State.RELEASED;
    }

    /** Whether it is settled, or will be without another try. */
    boolean isOver() {
        lock.lock();
        try {
            return switch (state) {
                case HELD, PARKED -> false;
                case ACKING -> surelyOver;
                case ACKED, RELEASED, LOST -> true;
            };
        } finally {
            lock.unlock();
        }
    }

    /** Whether others with its key may begin from now on: it is over and no handler runs on it. True once. */
    boolean endsTurn() {
        lock.lock();
        try {
            if (turnEnded || handler != null || !isOver()) {
                return false;
            }
            turnEnded = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it counts as in flight from now on; returns whether that is a change. */
    boolean count(boolean now) {
        lock.lock();
        try {
            boolean changed = counted != now;
            counted = now;
            return changed;
        } finally {
            lock.unlock();
        }
    }

    /** The handler begins on this thread; false when the delivery is not held any more. */
    boolean begin() {
        lock.lock();
        try {
            if (state != State.HELD) {
                return false;
            }
            begun = true;
            begunAt = System.nanoTime();
            handler = Thread.currentThread();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The handler returned; an interrupt that was meant for it goes no further. */
    void end() {
        lock.lock();
        try {
            handler = null;
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
    }

    /** Does something before the handler returns; false, and nothing, when none runs. */
    boolean whileHandled(Runnable action) {
        lock.lock();
        try {
            if (handler == null) {
                return false;
            }
            action.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean hasBegun() {
        return begun;
    }

    /** Whether it is held and its handler, or whoever polled it, has it. */
    boolean isBeingHandled() {
        State now = state();
        return begun && (now == State.HELD || now == State.ACKING);
    }

    boolean isHandledByCurrentThread() {
        lock.lock();
        try {
            return handler == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts the handler, if one runs on another thread than this. */
    void interruptHandler() {
        lock.lock();
        try {
            if (handler != null && handler != Thread.currentThread()) {
                handler.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How long it has been worked on; zero before it began and when it is not, as while it waits for another try. */
    Duration processing() {
        lock.lock();
        try {
            return begun && state == State.HELD ? Duration.ofNanos(System.nanoTime() - begunAt) : Duration.ZERO;
        } finally {
            lock.unlock();
        }
    }
}
