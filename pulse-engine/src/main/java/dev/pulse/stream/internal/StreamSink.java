package dev.pulse.stream.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.DeliveryHandler;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkFigures;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.TopicFilter;
import dev.pulse.task.Backoff;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer of a sink. What it reads becomes a {@link SinkDelivery}, held in {@link InFlight} until it is settled;
 * {@link SinkUpkeep} keeps the ack deadlines, takes over what others left and tries again what failed;
 * {@link SinkConsumption} reads and runs the handler.
 */
final class StreamSink<T> implements Sink<T>, Closing {
    private static final Logger LOG = LoggerFactory.getLogger(StreamSink.class);
    private static final int HISTORY_PAGE = 100;
    /** How long one read goes on behind events that are filtered. */
    private static final Duration LONGEST_SEARCH = Duration.ofSeconds(1);
    /** What was just read for the first time. */
    private static final ToLongFunction<EventId> FRESH = id -> 0;

    private final Streams streams;
    private final Signals signals;
    private final Entries<T> entries;
    private final SinkOptions options;
    private final SinkGroup group;
    private final boolean noAck;
    private final @Nullable ExclusiveLease lease;
    /** The term whose predecessor's events were taken over. */
    private volatile long takenOver;

    private final InFlight<T> inFlight;
    private final Outbox outbox;
    private final Settling<T> settling;
    private final DeadLettering<T> deadLetters;
    private final SinkUpkeep<T> upkeep;
    private final OwnedConnection connection;
    /** Taken over, or to be tried again, and not yet with a handler or a poll. */
    private final Queue<SinkDelivery<T>> ready = new ConcurrentLinkedQueue<>();
    /** So that no consumption starts behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final AtomicBoolean used = new AtomicBoolean();
    private final AtomicBoolean polling = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch gone = new CountDownLatch(1);
    /** Without acks: what was given back and can reach nobody any more. */
    private final AtomicInteger unbegunLost = new AtomicInteger();

    private volatile boolean stopped;
    private volatile boolean replyMayBeLost;
    private volatile boolean polled;
    private volatile boolean lookAtNextPoll;
    private volatile long polledAt;
    private volatile @Nullable SinkConsumption<T> consumption;

    private StreamSink(Streams streams, Signals signals, Entries<T> entries, SinkOptions options, SinkGroup group) {
        this.streams = streams;
        this.signals = signals;
        this.entries = entries;
        this.options = options;
        this.group = group;
        this.lease = options.exclusive() ? new ExclusiveLease(group) : null;
        this.noAck = options.ackMode() == AckMode.NONE;
        this.inFlight = new InFlight<>(options.maxInFlight());
        this.outbox = new Outbox(group);
        this.settling = new Settling<>(outbox, inFlight, this::released);
        this.deadLetters = new DeadLettering<>(this, entries, inFlight, outbox);
        this.connection = streams.redis().connection("sink");
        this.upkeep = new SinkUpkeep<>(
                this,
                group,
                inFlight,
                settling,
                new LagWatch(streams.redis(), signals, group.incarnation(), group.sink()),
                options,
                signals);
    }

    static <T> StreamSink<T> join(
            Streams streams, StreamRecord record, Entries<T> entries, String name, SinkOptions options)
            throws InterruptedException {
        String consumer = UlidCreator.getMonotonicUlid().toString();
        Signals signals = streams.signals().withOwn(options.listener());
        SinkGroup group = new SinkGroup(streams.redis(), signals, record, record.establish(), name, consumer, options);
        group.join();
        // from now on the group can be made again where it began, wherever "newest" will be then
        group.saveCursor();
        return new StreamSink<>(streams, signals, entries, options, group);
    }

    @Override
    public String name() {
        return group.sink();
    }

    @Override
    public String consumer() {
        return group.consumer();
    }

    Signals signals() {
        return signals;
    }

    String loopName(String duty) {
        return "sink " + group.incarnation().stream() + "/" + group.sink() + " " + duty;
    }

    @Override
    public List<Delivery<T>> poll(int max, Duration wait) throws InterruptedException {
        Polls.require(max, wait);
        requireOpen();
        if (consumption != null) {
            throw new IllegalStateException("sink " + name() + " is being consumed, it cannot be polled");
        }
        if (options.orderBy().isPresent()) {
            throw new IllegalStateException(
                    "sink " + name() + " has an order by key: that is for handlers, not for poll");
        }
        boolean look = lookAtNextPoll || !takesEvents();
        if (!polling.compareAndSet(false, true)) {
            throw new IllegalStateException("sink " + name() + " is polled by one thread at a time");
        }
        used.set(true);
        try {
            if (look) {
                lookAtNextPoll = false;
                upkeep.lookForClaimsSoon();
            }
            return pollUntil(max, System.nanoTime() + wait.toNanos());
        } finally {
            polledAt = System.nanoTime();
            polled = true;
            polling.set(false);
        }
    }

    /** Whether somebody is there to work on what is claimed: a consumption, or who polls now and then. */
    boolean takesEvents() {
        if (stopped) {
            return false;
        }
        SinkConsumption<T> running = consumption;
        if (running != null) {
            return !running.isStopped();
        }
        return polling.get()
                || (polled && System.nanoTime() - polledAt < group.ackDeadline().toNanos());
    }

    private List<Delivery<T>> pollUntil(int max, long deadline) throws InterruptedException {
        // short reads, so that what is claimed or tried again meanwhile does not wait behind one
        Duration slice = Polls.shorter(options.blockTime(), Duration.ofMillis(500));
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        while (true) {
            List<Delivery<T>> taken = takeReady(max);
            Duration left = Polls.until(deadline);
            if (taken.isEmpty() && !stopped) {
                try {
                    int room = Math.min(max, inFlight.free());
                    if (room > 0) {
                        ready.addAll(read(room, Polls.shorter(left, slice)));
                        taken = takeReady(max);
                    } else {
                        inFlight.awaitRoom(Polls.shorter(left, slice));
                    }
                } catch (RedisUnavailableException e) {
                    Duration pause = backoff.next();
                    long last = deadline + streams.redis().timeout().toNanos() - System.nanoTime();
                    if (!stopped && last < pause.toNanos()) {
                        throw e;
                    }
                    if (!stopped) {
                        Tasks.sleep(pause);
                    }
                    continue;
                }
            }
            if (!taken.isEmpty() || left.isZero() || stopped) {
                return taken;
            }
        }
    }

    private List<Delivery<T>> takeReady(int max) throws InterruptedException {
        List<Delivery<T>> taken = new ArrayList<>();
        while (taken.size() < max) {
            SinkDelivery<T> delivery = ready.peek();
            if (delivery == null || (delivery.isAlone() && !taken.isEmpty())) {
                break;
            }
            if (!mayBegin()) {
                giveBackReady();
                break;
            }
            // only the thread that polls takes from it, or one that gives back what is there
            ready.remove(delivery);
            if (delivery.isAlone()) {
                if (beginsAlone(delivery)) {
                    addBegun(taken, delivery);
                }
                break;
            }
            addBegun(taken, delivery);
        }
        return taken;
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
                group.leaseLost(delivery.id());
            }
        } catch (PulseException e) {
            giveBackUnbegun(delivery);
        }
        return false;
    }

    private static <T> void addBegun(List<Delivery<T>> polled, SinkDelivery<T> delivery) {
        if (delivery.begin()) {
            // nobody knows which thread works on it, so none is interrupted
            delivery.end();
            polled.add(delivery);
        }
    }

    /** Reads new events, first those of a reply that may have been lost with its connection. */
    List<SinkDelivery<T>> read(int count, Duration block) throws InterruptedException {
        boolean answered = false;
        try {
            if (lease != null && !isActive(lease, block)) {
                answered = true;
                return List.of();
            }
            List<SinkDelivery<T>> found = List.of();
            if (replyMayBeLost) {
                replyMayBeLost = false;
                found = history();
            }
            if (found.isEmpty()) {
                found = readNew(count, block);
            }
            answered = true;
            return found;
        } catch (RedisReplyException e) {
            if (!SinkGroup.isGroupMissing(e)) {
                throw e;
            }
            group.heal();
            return List.of();
        } finally {
            if (!answered) {
                replyMayBeLost = true;
            }
        }
    }

    /** Whether this is the active consumer and may read what is new; otherwise it has waited to become it. */
    private boolean isActive(ExclusiveLease own, Duration block) throws InterruptedException {
        if (!own.isHeld()) {
            Duration others = group.take(own);
            if (!others.isZero()) {
                if (!block.isZero()) {
                    own.await(connection, Polls.shorter(others, block));
                }
                return false;
            }
        }
        long term = own.token();
        if (takenOver == term) {
            return true;
        }
        // before anything new: what the predecessor held comes first in the stream
        takeOver();
        takenOver = term;
        return false;
    }

    private void takeOver() throws InterruptedException {
        long before = System.nanoTime();
        List<SinkGroup.Claimed> all = new ArrayList<>();
        try {
            group.takeOver(all::addAll);
        } finally {
            // also those of the pages before one that failed: they are ours
            for (SinkGroup.Claimed each : all) {
                claimed(each, before);
            }
        }
    }

    /** Whether a handler may begin now: always, but where there is one active consumer and this is not it. */
    boolean mayBegin() {
        return lease == null || lease.isHeld();
    }

    /** The token of the term; 0 where any number of consumers is active. */
    long fencingToken() {
        return lease == null ? 0 : lease.token();
    }

    /** Stays the active consumer if it is. Returns whether that has to be done again. */
    boolean renewLease() throws InterruptedException {
        if (lease == null) {
            return false;
        }
        // who waits for it asks while reading; who neither reads nor has anything to finish must not have it
        boolean needed = takesEvents() || !inFlight.all().isEmpty();
        if (lease.token() != 0 && needed && !group.take(lease).isZero()) {
            giveBack(false);
        }
        return true;
    }

    private List<SinkDelivery<T>> readNew(int count, Duration block) throws InterruptedException {
        long begin = System.nanoTime();
        long before = begin;
        List<@Nullable Object> raw = group.read(connection, count, block);
        List<SinkDelivery<T>> found = deliveries(raw, FRESH, before);
        while (found.isEmpty()
                && !raw.isEmpty()
                && !stopped
                && inFlight.free() > 0
                && System.nanoTime() - begin < LONGEST_SEARCH.toNanos()) {
            // nothing but entries that are no events, or not for us: behind them there may be some
            before = System.nanoTime();
            raw = group.read(connection, Math.min(count, inFlight.free()), Duration.ZERO);
            found = deliveries(raw, FRESH, before);
        }
        return found;
    }

    private List<SinkDelivery<T>> history() throws InterruptedException {
        List<SinkDelivery<T>> found = new ArrayList<>();
        EventId after = EventId.ZERO;
        while (true) {
            long before = System.nanoTime();
            Set<EventId> held = inFlight.ids();
            List<@Nullable Object> page = group.history(connection, HISTORY_PAGE, after);
            if (page.isEmpty()) {
                return found;
            }
            EventId first = Entries.id(Replies.list(page.getFirst()));
            after = Entries.id(Replies.list(page.getLast()));
            Map<EventId, Long> counts = group.counts(first, after, page.size());
            // this very read has counted as a delivery
            // what was held when Redis was asked may be settled by now, and must not be begun again
            List<@Nullable Object> unknown = page.stream()
                    .filter(entry -> !held.contains(Entries.id(Replies.list(entry))))
                    .toList();
            found.addAll(deliveries(unknown, id -> counts.getOrDefault(id, 2L) - 2, before));
        }
    }

    private List<SinkDelivery<T>> deliveries(List<@Nullable Object> raw, ToLongFunction<EventId> earlier, long before)
            throws InterruptedException {
        List<SinkDelivery<T>> deliveries = new ArrayList<>(raw.size());
        boolean complete = false;
        try {
            for (Object entry : raw) {
                List<@Nullable Object> idAndFields = Replies.list(entry);
                SinkDelivery<T> delivery = delivery(idAndFields, earlier.applyAsLong(Entries.id(idAndFields)), before);
                if (delivery != null) {
                    deliveries.add(delivery);
                }
            }
            complete = true;
            return deliveries;
        } finally {
            if (!complete) {
                // nobody will be handed these
                deliveries.forEach(this::giveBackUnbegun);
            }
        }
    }

    /**
     * Takes an entry in; null when it is held already, or is no event and therefore done with.
     *
     * @param earlier how often it was delivered before
     * @param before a time, by {@link System#nanoTime}, before Redis handed it out
     */
    private @Nullable SinkDelivery<T> delivery(List<@Nullable Object> entry, long earlier, long before)
            throws InterruptedException {
        EventId id = Entries.id(entry);
        if (inFlight.holds(id) || deadLetters.holds(id)) {
            return null;
        }
        if (entry.get(1) == null) {
            group.gone(id);
            settling.acknowledgeLater(id);
            return null;
        }
        if (options.topics() != TopicFilter.all() && !options.topics().accepts(Entries.topic(entry))) {
            group.counters().filtered.increment();
            if (!noAck) {
                settling.acknowledgeLater(id);
            }
            return null;
        }
        if (earlier >= SinkDelivery.TRIED_ALONE) {
            long deliveries = earlier - SinkDelivery.TRIED_ALONE;
            deadLetters.giveUp(id, Entries.fields(entry), "its consumer died while it was tried alone", deliveries);
            return null;
        }
        try {
            SinkDelivery<T> delivery = new SinkDelivery<>(
                    this,
                    entries.decode(entry, id, group.incarnation()),
                    (int) earlier + 1,
                    earlier >= options.maxDeliveries(),
                    before);
            if (!inFlight.add(delivery) || !passes(delivery)) {
                return null;
            }
            if (earlier > 0) {
                group.counters().redelivered.increment();
            }
            return delivery;
        } catch (MalformedEntryException e) {
            if (noAck) {
                group.dropped(id, String.valueOf(e.getMessage()));
            } else {
                deadLetters.giveUp(id, Entries.fields(entry), String.valueOf(e.getMessage()), earlier);
            }
            return null;
        }
    }

    /** Whether the filter lets it pass; otherwise it is settled here. */
    private boolean passes(SinkDelivery<T> delivery) {
        if (options.filter().isEmpty()) {
            return true;
        }
        try {
            if (options.filter().get().test(delivery.event())) {
                return true;
            }
            group.counters().filtered.increment();
            delivery.filter();
            delivery.ackLater();
        } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
            LOG.warn(
                    "stream={} sink={} event={} attempt={} state=filter-failed",
                    delivery.event().stream(),
                    name(),
                    delivery.id(),
                    delivery.attempt(),
                    e);
            if (delivery.begin()) {
                delivery.end();
                delivery.failed(e);
            }
        }
        return false;
    }

    /** Hands on what was taken over from another consumer, after this time, by {@link System#nanoTime}. */
    void claimed(SinkGroup.Claimed claimed, long before) throws InterruptedException {
        SinkDelivery<T> delivery = delivery(Replies.list(claimed.entry()), claimed.deliveries(), before);
        if (delivery != null) {
            handOver(delivery);
        }
    }

    /** Redis may have handed out entries in a reply that never came. */
    void replyMayBeLost() {
        replyMayBeLost = true;
    }

    /** The next try of what was parked; null when that is not held any more. */
    @Nullable
    SinkDelivery<T> retry(SinkDelivery<T> parked) {
        SinkDelivery<T> again = parked.nextTry();
        if (!inFlight.retry(parked, again)) {
            return null;
        }
        group.counters().redelivered.increment();
        return again;
    }

    /** Has another try handled, or polled. */
    void tryNow(SinkDelivery<T> again) {
        // what was parked may be what the filter failed on
        if (passes(again)) {
            handOver(again);
        }
    }

    private void handOver(SinkDelivery<T> delivery) {
        ready.add(delivery);
        SinkConsumption<T> running = consumption;
        if (running != null) {
            passReadyTo(running);
        }
    }

    /** Called after each addition and after the start, so that nothing stays behind whichever comes first. */
    private void passReadyTo(SinkConsumption<T> running) {
        for (SinkDelivery<T> next = ready.poll(); next != null; next = ready.poll()) {
            running.accept(next);
        }
    }

    AckResult ack(SinkDelivery<T> delivery) throws InterruptedException {
        if (noAck) {
            settledByItself(delivery, SinkDelivery.State.ACKED);
            return AckResult.ACKED;
        }
        return settling.ack(delivery);
    }

    /** Redis counts it as done already. */
    private void settledByItself(SinkDelivery<T> delivery, SinkDelivery.State end) {
        delivery.move(SinkDelivery.State.ACKING, end);
        inFlight.remove(delivery);
        settling.settledByItself();
    }

    void park(SinkDelivery<T> delivery, Duration delay) {
        if (noAck) {
            settledByItself(delivery, SinkDelivery.State.PARKED);
            return;
        }
        inFlight.setAside(delivery);
        SinkConsumption<T> running = consumption;
        if (running != null) {
            running.parked(delivery);
        }
        upkeep.retryLater(delivery, delay);
    }

    /** Whether a delivery that counts so many is not followed by another. */
    boolean isLast(int attempt) {
        return !noAck && attempt >= options.maxDeliveries();
    }

    /** Gives up a delivery in state ACKING. */
    void deadLetter(SinkDelivery<T> delivery, String cause) {
        if (noAck) {
            settledByItself(delivery, SinkDelivery.State.ACKED);
            group.dropped(delivery.id(), "given up without acks, which leave no dead letters: " + cause);
        } else {
            deadLetters.giveUp(delivery, cause);
        }
    }

    /** Gives up one in state LOST, which nobody extends any more. */
    void deadLetterLost(SinkDelivery<T> delivery, String cause) {
        deadLetters.giveUp(delivery.id(), List.of(), cause, delivery.attempt());
    }

    /** Dead-lettering was refused: tries again as late as possible what is in state ACKING. */
    void tryAgain(SinkDelivery<T> delivery) {
        if (delivery.move(SinkDelivery.State.ACKING, SinkDelivery.State.PARKED)) {
            park(delivery, options.maxBackoff());
        }
    }

    void ackLater(SinkDelivery<T> delivery) {
        if (!noAck) {
            settling.acknowledgeLater(delivery);
        } else if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.ACKED)) {
            settledByItself(delivery, SinkDelivery.State.ACKED);
        }
    }

    boolean isOf(String stream, String sink) {
        return group.incarnation().stream().equals(stream) && name().equals(sink);
    }

    void lookForClaims() {
        upkeep.lookForClaimsSoon();
    }

    void release(SinkDelivery<T> delivery, int deliveries) {
        inFlight.remove(delivery);
        if (noAck) {
            unbegunLost.incrementAndGet();
            settling.settledByItself();
        } else {
            settling.release(delivery.id(), deliveries);
        }
    }

    /** What was given back can be claimed at once, by this consumer too if it has nothing else to do. */
    private void released() {
        if (polling.get() || (consumption != null && takesEvents())) {
            upkeep.lookForClaimsSoon();
        } else {
            lookAtNextPoll = true;
        }
    }

    void countFailure() {
        group.counters().failed.increment();
    }

    @Override
    public SinkFigures figures() throws InterruptedException {
        List<Long> known = List.of();
        try {
            known = group.figures();
        } catch (PulseException | IllegalStateException e) {
            // Redis is away, or this is closed: what is known here is still worth having
            LOG.debug("stream={} sink={} figures=local", group.incarnation().stream(), name(), e);
        }
        SinkCounters counters = group.counters();
        return new SinkFigures(
                known.isEmpty() || known.get(0) < 0 ? OptionalLong.empty() : OptionalLong.of(known.get(0)),
                known.isEmpty() ? OptionalLong.empty() : OptionalLong.of(known.get(1)),
                known.isEmpty() || known.get(2) < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(known.get(2))),
                inFlight.counted(),
                inFlight.setAside(),
                counters.acked.sum(),
                counters.failed.sum(),
                counters.dead.sum(),
                counters.redelivered.sum(),
                counters.extended.sum(),
                counters.lostLeases.sum(),
                counters.dropped.sum(),
                counters.filtered.sum());
    }

    Duration backoffAfter(int attempt) {
        return Backoff.afterFailure(attempt, options.backoff(), options.maxBackoff());
    }

    @Override
    public Consumption consume(EventHandler<T> handler) {
        if (options.ackMode() == AckMode.MANUAL) {
            throw new IllegalStateException(
                    "sink " + name() + " has ackMode MANUAL: it is for consumeManually or poll");
        }
        return start(leastRead(), delivery -> {
            handler.handle(delivery.event());
            delivery.ackLater();
        });
    }

    @Override
    public Consumption consumeManually(DeliveryHandler<T> handler) {
        // deliveries that are kept occupy no handler: whatever may still be read is wanted
        return start(1, handler);
    }

    /**
     * Reading one event for each that was acknowledged would cost a round trip each; while this many may still be read,
     * there are enough for all handlers.
     */
    private int leastRead() {
        return Math.max(1, Math.min(options.batchSize(), options.maxInFlight() - options.concurrency()) / 2);
    }

    private Consumption start(int leastRead, DeliveryHandler<T> handler) {
        SinkConsumption<T> started =
                new SinkConsumption<>(this, connection, streams, inFlight, options, leastRead, handler);
        lifecycle.lock();
        try {
            requireOpen();
            if (!used.compareAndSet(false, true)) {
                throw new IllegalStateException("sink " + name() + " is being consumed or polled already");
            }
            consumption = started;
            started.start();
        } finally {
            lifecycle.unlock();
        }
        passReadyTo(started);
        upkeep.lookForClaimsSoon();
        return started;
    }

    /** The incarnation is over: nothing will ever come any more. Handlers that run may finish. */
    void streamDestroyed() {
        if (over.compareAndSet(false, true)) {
            group.reportDestroyed();
        }
        SinkConsumption<T> running = consumption;
        if (running != null) {
            running.stop();
        }
    }

    private void requireOpen() {
        if (stopped) {
            throw new IllegalStateException("sink " + name() + " is closed");
        }
    }

    @Override
    public void stop() {
        SinkConsumption<T> running;
        lifecycle.lock();
        try {
            stopped = true;
            running = consumption;
        } finally {
            lifecycle.unlock();
        }
        if (running != null) {
            running.stop();
        }
        inFlight.wake();
    }

    @Override
    public CloseResult close(Duration drain) {
        return close(Deadlines.after(drain));
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }

    @Override
    public boolean isCalledFromHandler() {
        SinkConsumption<T> running = consumption;
        return running != null && running.isCalledFromHandler();
    }

    @Override
    public CloseResult close(long deadline) {
        stop();
        if (isCalledFromHandler()) {
            // this handler's own event is acknowledged when it returns, and only then the consumer leaves
            Tasks.start(loopName("close"), () -> close(deadline));
            return CloseResult.drained();
        }
        SinkConsumption<T> running = consumption;
        CloseResult result = running == null ? CloseResult.drained() : running.close(deadline);
        if (left.compareAndSet(false, true)) {
            try {
                endPoll();
                result = result.and(leave());
            } finally {
                connection.close();
                streams.forget(this);
                gone.countDown();
            }
        } else {
            awaitGone();
        }
        return result;
    }

    /** Ends the poll that may run, without losing what Redis may be handing out to it at this moment. */
    private void endPoll() {
        Redis hurried = streams.redis().withTimeout(Deadlines.HARD);
        Deadlines.hardPhase(deadline -> {
            while (polling.get() && System.nanoTime() < deadline) {
                try {
                    connection.unblock(hurried);
                } catch (PulseException e) {
                    // Redis is away, or forbids it: the read ends with its connection
                    connection.close();
                }
                Tasks.sleep(Duration.ofMillis(5));
            }
            return !polling.get();
        });
    }

    /** Another thread closes; who returns before it is done would pull the connections away from under it. */
    private void awaitGone() {
        try {
            // more than all steps of leaving take together
            gone.await(6 * Deadlines.HARD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets others have what is held and was not begun, or waits for another try, and on request what was begun too. */
    void giveBack(boolean begunToo) {
        for (SinkDelivery<T> delivery : inFlight.all()) {
            giveBackUnbegun(delivery);
            if ((begunToo && delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.RELEASED))
                    || delivery.move(SinkDelivery.State.PARKED, SinkDelivery.State.RELEASED)) {
                release(delivery, delivery.attempt());
            }
        }
    }

    /** Lets others have it, if it was not begun. */
    void giveBackUnbegun(SinkDelivery<T> delivery) {
        if (delivery.releaseUnbegun()) {
            release(delivery, delivery.attempt() - 1);
        }
    }

    /** Lets others have what waits for a poll that does not come. */
    void giveBackReady() {
        for (SinkDelivery<T> waiting = ready.poll(); waiting != null; waiting = ready.poll()) {
            giveBackUnbegun(waiting);
        }
    }

    /** Gives back what is still held, says good-bye to Redis and lets go of everything, in bounded time. */
    private CloseResult leave() {
        upkeep.end();
        giveBack(true);
        CloseResult result = CloseResult.drained();
        if (unbegunLost.get() > 0) {
            LOG.warn(
                    "stream={} sink={} state=closed lost={} note=\"read without acks and not finished\"",
                    group.incarnation().stream(),
                    name(),
                    unbegunLost);
        }
        SinkGroup hurried = group.withTimeout(Deadlines.HARD);
        boolean interrupted = Thread.interrupted();
        try {
            outbox.finish(hurried, System.nanoTime() + Deadlines.HARD.toNanos());
            if (lease != null) {
                // not before all is settled: the successor takes over what is pending
                hurried.end(lease);
            }
            hurried.saveCursor();
            if (!hurried.leave()) {
                result = new CloseResult(
                        CloseResult.How.DRAINED,
                        List.of("consumer " + consumer() + " of sink " + name()
                                + " has pending events; others claim them, then sweep it"));
            }
        } catch (PulseException e) {
            result = notLeft(e.getMessage());
        } catch (IllegalStateException e) {
            result = notLeft("this Pulse is closed");
        } catch (InterruptedException e) {
            interrupted = true;
            result = notLeft("interrupted");
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result;
    }

    private CloseResult notLeft(@Nullable String why) {
        return new CloseResult(
                CloseResult.How.DRAINED,
                List.of("consumer " + consumer() + " of sink " + name() + " did not leave: " + why));
    }
}
