package dev.pulse.stream.internal;

import dev.pulse.stream.AckResult;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One delivery from being read to being settled. Every change of state is made under its lock, which is never held while
 * Redis is asked or user code runs.
 */
final class SinkDelivery<T> implements Delivery<T> {
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

    private final StreamSink<T> sink;
    private final Event<T> event;
    private final int attempt;
    private final boolean alone;
    private final ReentrantLock lock = new ReentrantLock();
    private State state = State.HELD;
    private @Nullable Thread handler;
    private long begunAt;
    private volatile long token;
    private boolean counted = true;
    private volatile boolean marked;
    private volatile boolean filtered;
    private boolean surelyOver;
    private boolean turnEnded;
    private volatile @Nullable String key;
    private @Nullable SinkDelivery<T> previous;
    private @Nullable SinkDelivery<T> follower;
    private volatile boolean begun;
    private volatile long extendedAt;

    /**
     * Added to Redis' count of deliveries while an event is tried alone: whoever claims it then knows that its consumer
     * died over it. No event gets there by being delivered.
     */
    static final int TRIED_ALONE = 1_000_000;

    /**
     * @param alone whether no other handler of the consumer may run beside its own
     * @param extendedAt when its ack deadline began at the earliest, by {@link System#nanoTime}: before Redis was asked
     *     for it, for this process may have been paused with the reply unread
     */
    SinkDelivery(StreamSink<T> sink, Event<T> event, int attempt, boolean alone, long extendedAt) {
        this.sink = sink;
        this.event = event;
        this.attempt = attempt;
        this.alone = alone;
        this.extendedAt = extendedAt;
    }

    EventId id() {
        return event.id();
    }

    @Override
    public Event<T> event() {
        return event;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public OptionalLong fencingToken() {
        return token == 0 ? OptionalLong.empty() : OptionalLong.of(token);
    }

    @Override
    public boolean leaseHeld() {
        lock.lock();
        try {
            return state == State.HELD || state == State.ACKING || state == State.ACKED;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public AckResult ack() throws InterruptedException {
        lock.lock();
        try {
            if (state != State.HELD) {
                return state == State.LOST ? AckResult.LEASE_LOST : AckResult.ALREADY_DONE;
            }
            state = State.ACKING;
        } finally {
            lock.unlock();
        }
        return sink.ack(this);
    }

    @Override
    public void nack(Duration delay) {
        if (delay.isNegative() || delay.compareTo(Duration.ofHours(24)) > 0) {
            throw new IllegalArgumentException("delay is PT0S to PT24H, was " + delay);
        }
        failed(delay, "nacked");
    }

    @Override
    public void nack() {
        nack("nacked");
    }

    @Override
    public void nack(String cause) {
        Objects.requireNonNull(cause, "cause");
        failed(sink.backoffAfter(attempt), cause);
    }

    @Override
    public void deadLetter(String cause) {
        Objects.requireNonNull(cause, "cause");
        if (moveForGood()) {
            sink.deadLetter(this, cause);
        }
    }

    @Override
    public void ackLater() {
        sink.ackLater(this);
    }

    /** Has it tried again, unless this was the last try. */
    void failed(Throwable cause) {
        nack(cause.toString());
    }

    private void failed(Duration delay, String cause) {
        sink.countFailure();
        if (sink.isLast(attempt)) {
            deadLetter(cause);
        } else {
            again(delay);
        }
    }

    /** Has it tried again without a look at how often it was. */
    void again(Duration delay) {
        State next = delay.isZero() ? State.RELEASED : State.PARKED;
        if (move(State.HELD, next)) {
            if (next == State.PARKED) {
                sink.park(this, delay);
            } else {
                sink.release(this, attempt);
            }
        }
    }

    /** The next try of this one, which is parked. */
    SinkDelivery<T> nextTry() {
        SinkDelivery<T> again = new SinkDelivery<>(sink, event, attempt + 1, false, extendedAt);
        again.key = key;
        again.previous = key == null ? null : this;
        return again;
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

    /** Its key, where order is kept by key and once it is known. */
    @Nullable
    String key() {
        return key;
    }

    void key(String found) {
        key = found;
    }

    /** The try before this one, where order is kept by key. */
    @Nullable
    SinkDelivery<T> previous() {
        SinkDelivery<T> found = previous;
        previous = null;
        return found;
    }

    /** Whether its handler still runs; the next try begins then when that has returned. */
    boolean followedBy(SinkDelivery<T> again) {
        lock.lock();
        try {
            if (handler == null) {
                return false;
            }
            follower = again;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The next try that waits for this one's handler, which has returned. */
    @Nullable
    SinkDelivery<T> takeFollower() {
        lock.lock();
        try {
            SinkDelivery<T> found = follower;
            follower = null;
            return found;
        } finally {
            lock.unlock();
        }
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

    /** It is acknowledged without having been delivered. */
    void filter() {
        filtered = true;
    }

    boolean isFiltered() {
        return filtered;
    }

    /** Whether no other handler may run beside its own. */
    boolean isAlone() {
        return alone;
    }

    /** Its lone try begins: from now on Redis is told so. */
    void mark() {
        marked = true;
    }

    /** What Redis is to remember: how often it was delivered. */
    SinkGroup.Extension extension() {
        return new SinkGroup.Extension(id(), marked ? TRIED_ALONE + attempt : attempt);
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

    /** How many deliveries of the event were begun, as far as is known. */
    int begunDeliveries() {
        return begun ? attempt : attempt - 1;
    }

    boolean isReleased() {
        lock.lock();
        try {
            return state == State.RELEASED;
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

    /** Gives it back, unless its handler, or whoever polled it, has it or it is settled; false, and nothing, then. */
    boolean releaseUnbegun() {
        lock.lock();
        try {
            if (begun || state != State.HELD) {
                return false;
            }
            state = State.RELEASED;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is held and its handler, or whoever polled it, has it. */
    boolean isBeingHandled() {
        lock.lock();
        try {
            return begun && (state == State.HELD || state == State.ACKING);
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
            token = sink.fencingToken();
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

    boolean isHandledByCurrentThread() {
        lock.lock();
        try {
            return handler == Thread.currentThread();
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

    /** How long ago its ack deadline began, by the local clock. */
    Duration sinceExtension() {
        return Duration.ofNanos(System.nanoTime() - extendedAt);
    }

    /** When its ack deadline began, by {@link System#nanoTime}. */
    long extendedAt() {
        return extendedAt;
    }

    /** Its ack deadline began anew at this time, by {@link System#nanoTime}. */
    void extended(long at) {
        extendedAt = at;
    }
}
