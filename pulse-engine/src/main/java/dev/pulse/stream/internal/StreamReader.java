package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Redis;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Backoff;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Durations;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads streams, each from a cursor in memory. {@link ReaderSources} are these streams, a {@link ReaderIntake} reads them,
 * a {@link ReaderConsumption} hands out what they have.
 */
final class StreamReader<T> implements Reader<T>, Closing {
    /** How many entries a poll looks at in one go, when nothing passes the filters. */
    private static final int LOOK_THROUGH = 1_000;

    private final Streams streams;
    private final ReaderOptions options;
    private final Signals signals;
    private final ReaderSources<T> sources;
    /** So that no consumption starts behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final AtomicBoolean consumed = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable ReaderConsumption<T> consumption;

    private StreamReader(Streams streams, Signals signals, ReaderSource<T> source, ReaderOptions options) {
        this.streams = streams;
        this.signals = signals;
        this.sources = new ReaderSources<>(streams.redis(), source);
        this.options = options;
    }

    static <T> StreamReader<T> open(Streams streams, StreamRecord record, Entries<T> entries, ReaderOptions options)
            throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        Signals signals = streams.signals().withOwn(options.listener());
        return new StreamReader<>(
                streams,
                signals,
                ReaderSource.open(call, signals, record, selection(entries, options), options.startAt()),
                options);
    }

    private static <T> Selection<T> selection(Entries<T> entries, ReaderOptions options) {
        return new Selection<>(entries, options.topics(), options.filter());
    }

    @Override
    public List<Event<T>> poll(int max, Duration wait) throws InterruptedException {
        Polls.require(max, wait);
        if (consumed.get()) {
            throw new IllegalStateException("this reader is being consumed, it cannot be polled");
        }
        long deadline = System.nanoTime() + wait.toNanos();
        // Redis gone, or a backlog of which nothing passes: so long it may take, and no longer
        long last = deadline + streams.redis().timeout().toNanos();
        Redis call = streams.redis().until(last);
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        int count = max;
        // nobody knows what happened since the last poll
        sources.doubt();
        if (wait.isZero()) {
            sources.endWaiting(call);
        }
        while (!closed) {
            try {
                ReaderIntake.Batch<T> batch =
                        sources.read(call, max, count, Durations.shorter(Polls.until(deadline), options.blockTime()));
                List<Event<T>> events = batch.handOut();
                if (!events.isEmpty()) {
                    return events;
                }
                // behind entries that were passed over there may be events already
                if (Polls.until(batch.full() ? last : deadline).isZero()) {
                    break;
                }
                count = batch.full() ? Math.min(2 * count, Math.max(max, LOOK_THROUGH)) : max;
            } catch (RedisUnavailableException e) {
                Duration pause = backoff.next();
                if (!closed && last - System.nanoTime() < pause.toNanos()) {
                    throw e;
                }
                if (!closed) {
                    Tasks.sleep(pause);
                }
            }
        }
        return List.of();
    }

    /** What comes next for a consumption; see {@link ReaderIntake#read}. */
    ReaderIntake.Batch<T> read(int batchSize, Duration wait) throws InterruptedException {
        return sources.read(streams.redis(), batchSize, batchSize, wait);
    }

    @Override
    public Consumption consume(EventHandler<T> handler) {
        lifecycle.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this reader is closed");
            }
            if (!consumed.compareAndSet(false, true)) {
                throw new IllegalStateException("this reader is being consumed already");
            }
            ReaderConsumption<T> started = new ReaderConsumption<>(
                    this,
                    signals.loop("reader " + sources.names().getFirst(), false),
                    options.batchSize(),
                    options.blockTime(),
                    handler);
            consumption = started;
            return started;
        } finally {
            lifecycle.unlock();
        }
    }

    @Override
    public void addStream(EventStream<T> stream, StartAt at) throws InterruptedException {
        StreamHandle<T> handle = StreamHandle.of(streams, stream);
        // before Redis is asked, and once more when the stream is added
        sources.requireAddable(stream.name());
        Redis call = streams.redis().forOneCall();
        ReaderSource<T> source =
                ReaderSource.open(call, signals, handle.record(), selection(handle.entries(), options), at);
        // no longer than the read would block by itself, or the call may take
        sources.add(call, source, Durations.shorter(options.blockTime(), call.timeLeft()));
    }

    @Override
    public void removeStream(String name) {
        sources.remove(name);
    }

    @Override
    public List<String> streams() {
        return sources.names();
    }

    @Override
    public EventId cursor() {
        List<ReaderSource<T>> all = sources.all();
        if (all.size() > 1) {
            throw new IllegalStateException("this reader reads " + streams() + ", ask for the cursor of one");
        }
        return all.getFirst().cursor();
    }

    @Override
    public EventId cursor(String stream) {
        return sources.get(stream).cursor();
    }

    /** Ends a read that is blocked; no reply is lost by it, since the cursor only moves past what was handed out. */
    void endRead() {
        sources.endRead();
    }

    @Override
    public void stop() {
        ReaderConsumption<T> running;
        lifecycle.lock();
        try {
            closed = true;
            sources.close();
            running = consumption;
        } finally {
            lifecycle.unlock();
        }
        if (running != null) {
            running.stop();
        } else {
            sources.endRead();
        }
    }

    @Override
    public boolean isCalledFromHandler() {
        ReaderConsumption<T> running = consumption;
        return running != null && running.isCurrentThread();
    }

    @Override
    public CloseResult close(long deadline) {
        stop();
        ReaderConsumption<T> running = consumption;
        CloseResult result = running == null ? CloseResult.drained() : running.close(deadline);
        sources.endRead();
        streams.forget(this);
        return result;
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }
}
