package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
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
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads streams, each from a cursor in memory, by blocking reads of all at once on a connection of its own. On Redis
 * Cluster that takes one connection, and one thread, per stream: {@link #read} would gather what these bring.
 */
final class StreamReader<T> implements Reader<T>, Closing {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    /** How many entries a poll looks at in one go, when nothing passes the filters. */
    private static final int LOOK_THROUGH = 1_000;

    private final Streams streams;
    private final ReaderOptions options;
    private final Signals signals;
    private final OwnedConnection connection;
    /** So that no consumption starts behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final AtomicBoolean consumed = new AtomicBoolean();
    private volatile List<ReaderSource<T>> sources;
    /** Those that the read under way asks for; empty when none is. */
    private volatile List<ReaderSource<T>> reading = List.of();

    /** Which of them goes first, so that a busy one does not keep the others waiting. */
    private int turn;

    private volatile boolean closed;
    private volatile @Nullable ReaderConsumption<T> consumption;

    /**
     * What one read brought.
     *
     * @param full whether there may be more at once
     */
    record Batch<T>(List<ReaderSource.Part<T>> parts, boolean full) {
        /** All events; they count as handed out. */
        List<Event<T>> handOut() {
            parts.forEach(ReaderSource.Part::done);
            if (parts.size() == 1) {
                return parts.getFirst().events();
            }
            List<Event<T>> events = new ArrayList<>();
            parts.forEach(part -> events.addAll(part.events()));
            return events;
        }
    }

    private StreamReader(Streams streams, Signals signals, ReaderSource<T> source, ReaderOptions options) {
        this.streams = streams;
        this.signals = signals;
        this.sources = List.of(source);
        this.options = options;
        this.connection = streams.redis().connection("reader");
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
        sources.forEach(ReaderSource::doubt);
        while (!closed) {
            try {
                Batch<T> batch = read(call, max, count, Polls.shorter(Polls.until(deadline), options.blockTime()));
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

    /** What comes next for a consumption; see {@link #read(Redis, int, int, Duration)}. */
    Batch<T> read(int batchSize, Duration wait) throws InterruptedException {
        return read(streams.redis(), batchSize, batchSize, wait);
    }

    /**
     * What comes after what was read last; waits at most that long for the first one. Called by one thread at a time.
     *
     * @param call answers what has to be known of the streams
     * @param max how many events are taken at most
     * @param count how many entries are looked at for them
     */
    Batch<T> read(Redis call, int max, int count, Duration wait) throws InterruptedException {
        try {
            return readAll(call, max, count, wait);
        } finally {
            reading = List.of();
        }
    }

    private Batch<T> readAll(Redis call, int max, int count, Duration wait) throws InterruptedException {
        List<Target<T>> targets = targets(call);
        if (targets.stream().anyMatch(Target::overlap)) {
            Batch<T> found = readNow(call, targets, max, count, Duration.ZERO);
            if (wait.isZero() || found.full() || !found.parts().isEmpty()) {
                return found;
            }
        }
        return readNow(call, targets.stream().map(Target::following).toList(), max, count, wait);
    }

    /** A stream with the key it has now, and whether its last entry is read once more. */
    private record Target<T>(ReaderSource<T> source, Incarnation incarnation, boolean overlap) {
        Target<T> following() {
            return overlap ? new Target<>(source, incarnation, false) : this;
        }
    }

    private List<Target<T>> targets(Redis call) throws InterruptedException {
        List<ReaderSource<T>> all = sources;
        // told before it blocks: whoever adds a stream afterwards ends the read
        reading = all;
        if (all != sources) {
            all = sources;
            reading = all;
        }
        List<Target<T>> targets = new ArrayList<>(all.size());
        StreamDestroyedException destroyed = null;
        for (int i = 0; i < all.size(); i++) {
            ReaderSource<T> source = all.get((turn + i) % all.size());
            try {
                targets.add(new Target<>(source, source.look(call), source.needsOverlap()));
            } catch (StreamDestroyedException e) {
                source.isDestroyed();
                destroyed = e;
            }
        }
        if (targets.isEmpty() && destroyed != null) {
            throw destroyed;
        }
        turn = (turn + 1) % all.size();
        return targets;
    }

    private Batch<T> readNow(Redis call, List<Target<T>> targets, int max, int count, Duration wait)
            throws InterruptedException {
        int each = Math.max(1, count / targets.size());
        boolean overlap = targets.stream().anyMatch(Target::overlap);
        Command command = Command.repeatable("XREAD").arg("COUNT").arg(overlap ? each + 1 : each);
        if (wait.toMillis() > 0) {
            command.arg("BLOCK").arg(wait.toMillis());
        }
        command.arg("STREAMS");
        targets.forEach(target -> command.key(target.incarnation().physicalBytes()));
        targets.forEach(target -> target.source().addPosition(command, target.overlap()));
        Map<String, List<@Nullable Object>> reply;
        try {
            reply = Replies.entriesByStream(connection.call(command, wait));
        } catch (PulseException | InterruptedException e) {
            targets.forEach(target -> target.source().doubt());
            throw e;
        }
        return accept(call, targets, reply, max, each);
    }

    private Batch<T> accept(
            Redis call, List<Target<T>> targets, Map<String, List<@Nullable Object>> reply, int max, int each)
            throws InterruptedException {
        List<ReaderSource.Part<T>> parts = new ArrayList<>(targets.size());
        boolean full = false;
        int room = max;
        for (Target<T> target : targets) {
            List<@Nullable Object> raw = reply.getOrDefault(target.incarnation().physical(), List.of());
            ReaderSource.Part<T> part;
            try {
                part = target.source().accept(call, raw, target.overlap(), target.incarnation(), each, room);
            } catch (RuntimeException | Error | InterruptedException e) {
                target.source().doubt();
                if (parts.isEmpty()) {
                    throw e;
                }
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                // what was taken of the others has to be handed out; this one is read again
                break;
            }
            full |= part.found() >= each;
            if (part.found() > 0) {
                parts.add(part);
                room -= part.events().size();
            }
            if (room == 0) {
                break;
            }
        }
        return new Batch<>(parts, full);
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
                    signals.loop("reader " + sources.getFirst().stream(), false),
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
        requireAddable(stream.name());
        Redis call = streams.redis().forOneCall();
        ReaderSource<T> source =
                ReaderSource.open(call, signals, handle.record(), selection(handle.entries(), options), at);
        lifecycle.lock();
        try {
            requireAddable(stream.name());
            List<ReaderSource<T>> more = new ArrayList<>(sources);
            more.add(source);
            sources = List.copyOf(more);
        } finally {
            lifecycle.unlock();
        }
        endReadWithout(call, source);
    }

    private void requireAddable(String name) {
        if (closed) {
            throw new IllegalStateException("this reader is closed");
        }
        if (streams().contains(name)) {
            throw new IllegalStateException("this reader reads stream \"" + name + "\" already");
        }
    }

    /** Ends a blocking read that began before the stream was added. It is added whatever becomes of this. */
    private void endReadWithout(Redis call, ReaderSource<T> added) {
        try {
            // no longer than the read would block by itself, or the call may take
            Duration most = Polls.shorter(options.blockTime(), call.timeLeft());
            long deadline = System.nanoTime() + most.toNanos();
            while (isBlockedWithout(added) && !Polls.until(deadline).isZero()) {
                connection.unblock(call);
                Tasks.sleep(LOOK_AGAIN);
            }
        } catch (PulseException | IllegalStateException e) {
            // Redis is away or forbids it, or all is closing: the read ends with its block time
            LOG.debug("stream={} state=added-later", added.stream(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isBlockedWithout(ReaderSource<T> added) {
        List<ReaderSource<T>> now = reading;
        return !closed && !now.isEmpty() && !now.contains(added) && sources.contains(added);
    }

    @Override
    public void removeStream(String name) {
        lifecycle.lock();
        try {
            ReaderSource<T> source = source(name);
            if (sources.size() == 1) {
                throw new IllegalStateException(
                        "stream \"" + name + "\" is the last one of this reader and cannot be removed");
            }
            source.remove();
            sources = sources.stream().filter(other -> other != source).toList();
        } finally {
            lifecycle.unlock();
        }
    }

    private ReaderSource<T> source(String name) {
        return sources.stream()
                .filter(source -> source.stream().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "this reader does not read stream \"" + name + "\", but " + streams()));
    }

    @Override
    public List<String> streams() {
        return sources.stream().map(ReaderSource::stream).toList();
    }

    @Override
    public EventId cursor() {
        List<ReaderSource<T>> all = sources;
        if (all.size() > 1) {
            throw new IllegalStateException("this reader reads " + streams() + ", ask for the cursor of one");
        }
        return all.getFirst().cursor();
    }

    @Override
    public EventId cursor(String stream) {
        return source(stream).cursor();
    }

    /** Ends a read that is blocked; no reply is lost by it, since the cursor only moves past what was handed out. */
    void endRead() {
        connection.close();
    }

    @Override
    public void stop() {
        ReaderConsumption<T> running;
        lifecycle.lock();
        try {
            closed = true;
            running = consumption;
        } finally {
            lifecycle.unlock();
        }
        if (running != null) {
            running.stop();
        } else {
            connection.close();
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
        connection.close();
        streams.forget(this);
        return result;
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }
}
