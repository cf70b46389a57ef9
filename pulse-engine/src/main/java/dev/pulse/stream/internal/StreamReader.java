package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Reads a stream from a cursor in memory, by blocking reads on a connection of its own. */
final class StreamReader<T> implements Reader<T>, Closing {
    /** How many entries a poll looks at in one go, when nothing passes the filters. */
    private static final int LOOK_THROUGH = 1_000;

    private final Streams streams;
    private final ReaderSource<T> source;
    private final ReaderOptions options;
    private final OwnedConnection connection;
    /** So that no consumption starts behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final AtomicBoolean consumed = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable ReaderConsumption<T> consumption;

    private StreamReader(Streams streams, ReaderSource<T> source, ReaderOptions options) {
        this.streams = streams;
        this.source = source;
        this.options = options;
        this.connection = streams.redis().connection("reader");
    }

    static <T> StreamReader<T> open(Streams streams, StreamRecord record, Entries<T> entries, ReaderOptions options)
            throws InterruptedException {
        EventId start = StartIds.after(options.startAt());
        if (options.startAt() instanceof StartAt.Newest) {
            start = lastId(streams.redis(), record.look().physical());
        }
        Selection<T> selection = new Selection<>(entries, options.topics(), options.filter());
        return new StreamReader<>(streams, new ReaderSource<>(record, selection, streams.signals(), start), options);
    }

    private static EventId lastId(Redis redis, String physical) throws InterruptedException {
        List<@Nullable Object> info;
        try {
            info = Replies.list(
                    redis.call(Command.repeatable("XINFO").arg("STREAM").key(physical)));
        } catch (RedisReplyException e) {
            if (e.getMessage() != null && e.getMessage().contains("no such key")) {
                return EventId.ZERO;
            }
            throw e;
        }
        for (int i = 0; i + 1 < info.size(); i += 2) {
            if (Replies.text(info.get(i)).equals("last-generated-id")) {
                return EventId.parse(Replies.text(info.get(i + 1)));
            }
        }
        throw new IllegalStateException("XINFO STREAM tells no last-generated-id");
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
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        int count = max;
        while (!closed) {
            try {
                ReaderSource.Part<T> part = read(max, count, Polls.shorter(Polls.until(deadline), options.blockTime()));
                part.done();
                if (!part.events().isEmpty()) {
                    return part.events();
                }
                // behind entries that were passed over there may be events already
                if (Polls.until(part.entries() < count ? deadline : last).isZero()) {
                    break;
                }
                count = part.entries() < count ? max : Math.min(2 * count, Math.max(max, LOOK_THROUGH));
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

    /**
     * What comes after what was read last; waits at most that long for the first one. Called by one thread at a time.
     *
     * @param max how many events are taken at most
     * @param count how many entries are looked at for them
     */
    ReaderSource.Part<T> read(int max, int count, Duration wait) throws InterruptedException {
        Incarnation incarnation = source.look();
        Command command = Command.repeatable("XREAD").arg("COUNT").arg(count);
        if (wait.toMillis() > 0) {
            command.arg("BLOCK").arg(wait.toMillis());
        }
        command.arg("STREAMS").key(incarnation.physical()).arg(source.position().toString());
        return source.take(Replies.entriesOfOneStream(connection.call(command, wait)), incarnation, max);
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
                    streams.signals().loop("reader " + source.stream(), false),
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
    public EventId cursor() {
        return source.cursor();
    }

    String stream() {
        return source.stream();
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
