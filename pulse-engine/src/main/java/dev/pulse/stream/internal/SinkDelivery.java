package dev.pulse.stream.internal;

import dev.pulse.stream.AckResult;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One delivery from being read to being settled; its stream does what it is told. */
final class SinkDelivery<T> extends DeliveryState implements Delivery<T> {
    /**
     * Added to Redis' count of deliveries while an event is tried alone: whoever claims it then knows that its consumer
     * died over it. No event gets there by being delivered.
     */
    static final int TRIED_ALONE = 1_000_000;

    private final SinkSource<T> source;
    private final Event<T> event;
    private final int attempt;
    private final boolean alone;
    private volatile long token;
    private volatile boolean marked;
    private volatile boolean filtered;
    private volatile long extendedAt;
    private volatile @Nullable String key;
    private @Nullable SinkDelivery<T> previous;
    private volatile @Nullable SinkDelivery<T> follower;

    /**
     * @param alone whether no other handler of the consumer may run beside its own
     * @param extendedAt when its ack deadline began at the earliest, by {@link System#nanoTime}: before Redis was asked
     *     for it, for this process may have been paused with the reply unread
     */
    SinkDelivery(SinkSource<T> source, Event<T> event, int attempt, boolean alone, long extendedAt) {
        this.source = source;
        this.event = event;
        this.attempt = attempt;
        this.alone = alone;
        this.extendedAt = extendedAt;
    }

    SinkSource<T> source() {
        return source;
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
    public AckResult ack() throws InterruptedException {
        if (!move(State.HELD, State.ACKING)) {
            return state() == State.LOST ? AckResult.LEASE_LOST : AckResult.ALREADY_DONE;
        }
        return source.settlement().ack(this);
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
        failed(source.backoffAfter(attempt), cause);
    }

    @Override
    public void deadLetter(String cause) {
        Objects.requireNonNull(cause, "cause");
        if (moveForGood()) {
            source.settlement().giveUp(this, cause);
        }
    }

    @Override
    public void ackLater() {
        source.settlement().ackLater(this);
    }

    /** Has it tried again, unless this was the last try. */
    void failed(Throwable cause) {
        nack(cause.toString());
    }

    private void failed(Duration delay, String cause) {
        source.countFailure();
        if (source.isLast(attempt)) {
            deadLetter(cause);
        } else {
            again(delay);
        }
    }

    /** Has it tried again without a look at how often it was. */
    void again(Duration delay) {
        if (delay.isZero()) {
            if (move(State.HELD, State.RELEASED)) {
                source.settlement().release(this, attempt);
            }
        } else if (move(State.HELD, State.PARKED)) {
            source.park(this, delay);
        }
    }

    /** The next try of this one, which is parked. */
    SinkDelivery<T> nextTry() {
        SinkDelivery<T> again = new SinkDelivery<>(source, event, attempt + 1, false, extendedAt);
        again.key = key;
        again.previous = key == null ? null : this;
        return again;
    }

    /** Lets others have it, if it was not begun. */
    void giveBackUnbegun() {
        if (releaseUnbegun()) {
            source.settlement().release(this, attempt - 1);
        }
    }

    @Override
    boolean begin() {
        token = source.fencingToken();
        return super.begin();
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
        return whileHandled(() -> follower = again);
    }

    /** The next try that waits for this one's handler, which has returned. */
    @Nullable
    SinkDelivery<T> takeFollower() {
        SinkDelivery<T> found = follower;
        follower = null;
        return found;
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

    /** How many deliveries of the event were begun, as far as is known. */
    int begunDeliveries() {
        return hasBegun() ? attempt : attempt - 1;
    }

    /** How long ago its ack deadline began, by the local clock. */
    Duration sinceExtension() {
        return Duration.ofNanos(System.nanoTime() - extendedAt);
    }

    /** Its ack deadline began anew at this time, by {@link System#nanoTime}. */
    void extended(long at) {
        extendedAt = at;
    }
}
