package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.redis.Redis;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a sink, as one consumer has it: what it holds of it, and how that ends. Thread-safe.
 *
 * <p>It is read until it is removed or over, and then stays until nothing is in flight any more: what handlers are at
 * work on can still be acknowledged.
 */
final class SinkSource<T> {
    /** READ may become any other; REMOVED becomes READ when the stream comes back, else LEAVING and LEFT; OVER stays. */
    enum State {
        READ,
        REMOVED,
        LEAVING,
        LEFT,
        OVER
    }

    private final StreamSink<T> sink;
    private final SinkOptions options;
    private final Member member;
    private final Membership membership;
    private final SinkReports reports;
    private final SinkGroup group;
    private final InFlight<T> inFlight;
    private final Settlement<T> settlement;
    private final Admission<T> admission;
    private final Backlog<T> backlog;
    private final SinkIntake<T> intake;
    private final Departure<T> departure;
    private final LagWatch lag;
    private final SinkUpkeep<T> upkeep;
    private final AtomicReference<State> state = new AtomicReference<>(State.READ);
    private volatile Entries<T> entries;

    private SinkSource(
            StreamSink<T> sink, Member member, Membership membership, SinkReports reports, Entries<T> entries) {
        Redis redis = sink.engine().redis();
        this.sink = sink;
        this.options = sink.options();
        this.member = member;
        this.membership = membership;
        this.reports = reports;
        this.entries = entries;
        this.group = new SinkGroup(redis, member, membership, reports, options.maxDeliveries());
        this.inFlight = new InFlight<>(sink.room());
        Outbox outbox = new Outbox(group);
        this.settlement = acks()
                ? new Settling<>(
                        outbox,
                        inFlight,
                        new DeadLettering<>(this, inFlight, sink.room(), outbox),
                        () -> sink.engine().lookForClaims(stream(), sink.name()))
                : new WithoutAcks<>(inFlight, reports);
        this.admission = new Admission<>(this, options, inFlight, settlement, reports);
        this.backlog = new Backlog<>(group, inFlight, settlement, admission, acks());
        this.intake = sink.sources().intakeOf(this);
        this.departure = new Departure<>(this, member, membership, group, outbox);
        this.lag = new LagWatch(redis, sink.signals(), member, reports);
        this.upkeep = new SinkUpkeep<>(sink, this, options);
    }

    /** Joins the sink of this stream, and begins to keep what is read of it. */
    static <T> SinkSource<T> join(
            Redis call, StreamSink<T> sink, Member member, StreamRecord record, Entries<T> entries, StartAt at)
            throws InterruptedException {
        SinkReports reports = new SinkReports(record, sink.signals(), sink.counters(), member.sink());
        Membership membership = new Membership(sink.engine().redis(), record, member, sink.options(), at, reports);
        membership.begin(call);
        return new SinkSource<>(sink, member, membership, reports, entries);
    }

    String stream() {
        return member.stream();
    }

    String loopName(String duty) {
        return "sink " + stream() + "/" + member.sink() + " " + duty;
    }

    Incarnation incarnation() {
        return member.incarnation();
    }

    Membership membership() {
        return membership;
    }

    SinkGroup group() {
        return group;
    }

    SinkReports reports() {
        return reports;
    }

    InFlight<T> inFlight() {
        return inFlight;
    }

    Settlement<T> settlement() {
        return settlement;
    }

    Admission<T> admission() {
        return admission;
    }

    Backlog<T> backlog() {
        return backlog;
    }

    SinkIntake<T> intake() {
        return intake;
    }

    LagWatch lag() {
        return lag;
    }

    Entries<T> entries() {
        return entries;
    }

    private boolean acks() {
        return options.ackMode() != AckMode.NONE;
    }

    Event<T> decode(List<@Nullable Object> entry, EventId id) throws MalformedEntryException, InterruptedException {
        return entries.decode(entry, id, member.incarnation());
    }

    /** Whether its events may go to a handler now. */
    boolean mayBegin() {
        return state.get() == State.READ && sink.mayBegin();
    }

    long fencingToken() {
        return sink.fencingToken();
    }

    /** Dead-lettering was refused: tries again as late as possible what is in state ACKING. */
    void tryAgain(SinkDelivery<T> delivery) {
        if (delivery.move(SinkDelivery.State.ACKING, SinkDelivery.State.PARKED)) {
            park(delivery, options.maxBackoff());
        }
    }

    /** Tries a delivery in state PARKED again after the delay. */
    void park(SinkDelivery<T> delivery, Duration delay) {
        if (!settlement.park(delivery)) {
            return;
        }
        sink.handover().parked(delivery);
        upkeep.retryLater(delivery, delay);
        if (state.get() != State.READ) {
            // it was removed meanwhile, and given back what waited for another try
            giveBack();
        }
    }

    /** The next try of what was parked; null when that is not held any more. */
    @Nullable
    SinkDelivery<T> retry(SinkDelivery<T> parked) {
        SinkDelivery<T> again = parked.nextTry();
        if (!inFlight.retry(parked, again)) {
            return null;
        }
        reports.counters().redelivered.increment();
        return again;
    }

    /** Has another try handled, or polled. */
    void tryNow(SinkDelivery<T> again) {
        // what was parked may be what the filter failed on
        if (admission.passes(again)) {
            sink.handover().add(again);
        }
    }

    /** Tells Redis that a lone try begins; false when the event is not ours any more, or Redis cannot be told. */
    boolean beginsAlone(SinkDelivery<T> delivery) throws InterruptedException {
        delivery.mark();
        try {
            if (group.extend(List.of(delivery.extension())).isEmpty()) {
                return true;
            }
            if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.LOST)) {
                inFlight.remove(delivery);
                reports.leaseLost(delivery.id());
            }
        } catch (PulseException e) {
            delivery.giveBackUnbegun();
        }
        return false;
    }

    /** Whether a delivery that counts so many is not followed by another. */
    boolean isLast(int attempt) {
        return acks() && attempt >= options.maxDeliveries();
    }

    Duration backoffAfter(int attempt) {
        return Backoff.afterFailure(attempt, options.backoff(), options.maxBackoff());
    }

    void countFailure() {
        reports.counters().failed.increment();
    }

    /** Lets others have what is held and was not begun, or waits for another try. */
    void giveBack() {
        for (SinkDelivery<T> delivery : inFlight.all()) {
            delivery.giveBackUnbegun();
            giveBack(delivery, SinkDelivery.State.PARKED);
        }
    }

    private void giveBack(SinkDelivery<T> delivery, SinkDelivery.State from) {
        if (delivery.move(from, SinkDelivery.State.RELEASED)) {
            settlement.release(delivery, delivery.attempt());
        }
    }

    /** Something may be due to be claimed. */
    void lookForClaims() {
        backlog.lookSoon();
        intake.endRead();
    }

    State state() {
        return Objects.requireNonNull(state.get());
    }

    boolean isRead() {
        return state.get() == State.READ;
    }

    /** It is read no more; what handlers are at work on can still be settled. */
    void remove() {
        if (state.compareAndSet(State.READ, State.REMOVED)) {
            giveBack();
            upkeep.wake();
        }
    }

    /** It is read again; false when it is too late for that. */
    boolean comeBack(Entries<T> now) {
        if (!state.compareAndSet(State.REMOVED, State.READ)) {
            return false;
        }
        entries = now;
        // what was given back when it was removed
        backlog.lookSoon();
        return true;
    }

    /** Its incarnation is over: nothing will ever come of it any more. Handlers that run may finish. */
    void over() {
        State before = state.getAndUpdate(now -> now == State.LEFT ? now : State.OVER);
        if (before == State.LEFT) {
            return;
        }
        sink.isOver(this);
        if (before == State.OVER) {
            return;
        }
        reports.destroyed();
        giveBack();
        upkeep.wake();
    }

    /** Nothing of it will be settled any more: it is on its way out; false when it is not to leave, or leaves already. */
    boolean beginsLeaving() {
        return state.compareAndSet(State.REMOVED, State.LEAVING);
    }

    /** It has left, or could not. */
    void leaves(boolean done) {
        state.compareAndSet(State.LEAVING, done ? State.LEFT : State.REMOVED);
    }

    /** Leaves the stream's sink if it was removed, and nothing of it is in flight any more; whether it has. */
    boolean leaveIfDone() throws InterruptedException {
        boolean gone = departure.leaveIfDone();
        if (gone) {
            sink.sources().forget(this);
        }
        return gone;
    }

    /** Gives back what is still held, says good-bye to Redis and lets go of everything, in bounded time. */
    CloseResult close() {
        upkeep.end();
        giveBack();
        inFlight.all().forEach(delivery -> giveBack(delivery, SinkDelivery.State.HELD));
        return departure.close();
    }

    @Override
    public String toString() {
        return "consumer " + member.consumer() + " of sink " + member.sink() + " of stream " + stream();
    }
}
