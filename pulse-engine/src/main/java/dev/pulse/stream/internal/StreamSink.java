package dev.pulse.stream.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.CloseResult;
import dev.pulse.redis.Redis;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.DeliveryHandler;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkFigures;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a sink. Each of its streams is a {@link SinkSource}; a {@link SinkIntake} reads what they have, a
 * {@link SinkConsumption} or a {@link SinkPolling} hands it out.
 */
final class StreamSink<T> implements Sink<T>, Closing {
    private final Streams streams;
    private final Signals signals;
    private final String name;
    private final String consumer;
    private final SinkOptions options;
    private final Activity activity;
    private final SinkCounters counters = new SinkCounters();
    private final Room<T> room;
    private final Handover<T> handover = new Handover<>();
    private final SinkPolling<T> polling;
    private final SinkSources<T> sources;
    /** So that no consumption starts behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final AtomicBoolean used = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile @Nullable SinkConsumption<T> consumption;

    private StreamSink(Streams streams, Member first, SinkOptions options) {
        this.streams = streams;
        this.signals = streams.signals().withOwn(options.listener());
        this.name = first.sink();
        this.consumer = first.consumer();
        this.options = options;
        this.activity = new Activity(options.exclusive() ? new ExclusiveLease(first) : null, streams.redis());
        this.room = new Room<>(options.maxInFlight());
        this.polling = new SinkPolling<>(this, handover);
        this.sources = new SinkSources<>(this, streams.redis());
    }

    static <T> StreamSink<T> join(
            Streams streams, StreamRecord record, Entries<T> entries, String name, SinkOptions options)
            throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        Member first = new Member(
                record.establish(call), name, UlidCreator.getMonotonicUlid().toString());
        StreamSink<T> sink = new StreamSink<>(streams, first, options);
        sink.sources.add(call, first, record, entries, options.startAt());
        return sink;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String consumer() {
        return consumer;
    }

    Streams engine() {
        return streams;
    }

    Signals signals() {
        return signals;
    }

    SinkOptions options() {
        return options;
    }

    Activity activity() {
        return activity;
    }

    SinkCounters counters() {
        return counters;
    }

    Room<T> room() {
        return room;
    }

    Handover<T> handover() {
        return handover;
    }

    SinkSources<T> sources() {
        return sources;
    }

    String loopName(String duty) {
        return sources.lead().loopName(duty);
    }

    boolean isStopped() {
        return stopped;
    }

    /** Whether a handler may begin now: always, but where there is one active consumer and this is not it. */
    boolean mayBegin() {
        return activity.mayBegin();
    }

    /** The token of the term; 0 where any number of consumers is active. */
    long fencingToken() {
        return activity.token();
    }

    /** Whether somebody is there to work on what comes: a consumption, or who polled within that time. */
    boolean takesEvents(Duration within) {
        if (stopped) {
            return false;
        }
        SinkConsumption<T> running = consumption;
        return running != null ? !running.isStopped() : polling.isUsed(within);
    }

    @Override
    public List<Delivery<T>> poll(int max, Duration wait) throws InterruptedException {
        Polls.require(max, wait);
        requireOpen();
        if (consumption != null) {
            throw new IllegalStateException("sink " + name + " is being consumed, it cannot be polled");
        }
        if (options.orderBy().isPresent()) {
            throw new IllegalStateException(
                    "sink " + name + " has an order by key: that is for handlers, not for poll");
        }
        used.set(true);
        return polling.poll(max, wait);
    }

    @Override
    public Consumption consume(EventHandler<T> handler) {
        if (options.ackMode() == AckMode.MANUAL) {
            throw new IllegalStateException("sink " + name + " has ackMode MANUAL: it is for consumeManually or poll");
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
        SinkConsumption<T> started = new SinkConsumption<>(this, leastRead, handler);
        lifecycle.lock();
        try {
            requireOpen();
            if (!used.compareAndSet(false, true)) {
                throw new IllegalStateException("sink " + name + " is being consumed or polled already");
            }
            consumption = started;
            sources.intakes().forEach(started::read);
        } finally {
            lifecycle.unlock();
        }
        handover.begin(started);
        return started;
    }

    @Override
    public void addStream(EventStream<T> stream, StartAt at) throws InterruptedException {
        StreamHandle<T> handle = StreamHandle.of(streams, stream);
        // before Redis is asked, and once more when the stream is added
        sources.requireAddable(stream.name());
        Redis call = streams.redis().forOneCall();
        Member member = new Member(handle.record().establish(call), name, consumer);
        sources.add(call, member, handle.record(), handle.entries(), at);
        SinkConsumption<T> running = consumption;
        if (running != null) {
            sources.intakes().forEach(running::read);
        }
        sources.intakes().forEach(SinkIntake::endRead);
    }

    @Override
    public void removeStream(String stream) {
        SinkSource<T> removed = sources.remove(stream);
        removed.remove();
    }

    @Override
    public List<String> streams() {
        return sources.names();
    }

    @Override
    public SinkFigures figures() throws InterruptedException {
        return FiguresOfSink.of(sources.read(), room, counters);
    }

    /** Has it look for what others gave back of this stream. */
    void lookForClaims(String stream) {
        if (!stopped) {
            sources.read().stream()
                    .filter(source -> source.stream().equals(stream))
                    .forEach(SinkSource::lookForClaims);
        }
    }

    /** Lets others have what is held and was not begun, or waits for another try. */
    void giveBack() {
        sources.all().forEach(SinkSource::giveBack);
    }

    /** A stream was destroyed: it drops out, and with the last one the sink ends. */
    void isOver(SinkSource<T> source) {
        SinkConsumption<T> running = consumption;
        if (sources.dropOut(source) && running != null) {
            running.stop();
        }
    }

    private void requireOpen() {
        if (stopped) {
            throw new IllegalStateException("sink " + name + " is closed");
        }
    }

    @Override
    public void stop() {
        SinkConsumption<T> running;
        lifecycle.lock();
        try {
            stopped = true;
            sources.close();
            running = consumption;
        } finally {
            lifecycle.unlock();
        }
        if (running != null) {
            running.stop();
        }
        room.wake();
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
                polling.end();
                result = result.and(leave());
            } finally {
                sources.all().forEach(source -> source.intake().close());
                streams.forget(this);
                gone.countDown();
            }
        } else {
            awaitGone();
        }
        return result;
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

    private CloseResult leave() {
        List<Supplier<CloseResult>> leaving = new ArrayList<>();
        sources.all().forEach(source -> leaving.add(source::close));
        CloseResult result = Closing.sideBySide(leaving);
        // not before all is settled: the successor takes over what is pending
        return result.and(activity.end());
    }
}
