package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseEvent;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a stream from a cursor in memory, by blocking reads on a connection of its own. */
final class StreamReader<T> implements Reader<T>, Closing {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

    private final Streams streams;
    private final StreamRecord record;
    private final Entries<T> entries;
    private final ReaderOptions options;
    private final OwnedConnection connection;
    /** So that no consumption starts behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private final AtomicBoolean consumed = new AtomicBoolean();
    /** Up to where it was read, and up to where events were handed out. */
    private volatile EventId position;

    private volatile EventId cursor;
    private volatile boolean closed;
    private volatile @Nullable ReaderConsumption<T> consumption;

    private StreamReader(
            Streams streams, StreamRecord record, Entries<T> entries, ReaderOptions options, EventId start) {
        this.streams = streams;
        this.record = record;
        this.entries = entries;
        this.options = options;
        this.position = start;
        this.cursor = start;
        this.connection = streams.redis().connection("reader");
    }

    static <T> StreamReader<T> open(Streams streams, StreamRecord record, Entries<T> entries, ReaderOptions options)
            throws InterruptedException {
        EventId start = StartIds.after(options.startAt());
        if (options.startAt() instanceof StartAt.Newest) {
            start = lastId(streams.redis(), record.look().physical());
        }
        return new StreamReader<>(streams, record, entries, options, start);
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
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        while (!closed) {
            EventId before = position;
            try {
                List<Event<T>> events = read(max, Polls.shorter(Polls.until(deadline), options.blockTime()));
                if (!events.isEmpty()) {
                    cursor = events.getLast().id();
                    return events;
                }
            } catch (RedisUnavailableException e) {
                Duration pause = backoff.next();
                long left = deadline + streams.redis().timeout().toNanos() - System.nanoTime();
                if (!closed && left < pause.toNanos()) {
                    throw e;
                }
                if (!closed) {
                    Tasks.sleep(pause);
                }
                continue;
            }
            // behind entries that were passed over there may be events already
            if (position.equals(before) && Polls.until(deadline).isZero()) {
                break;
            }
        }
        return List.of();
    }

    /** What comes after what was read last; waits at most that long for the first one. Called by one thread at a time. */
    List<Event<T>> read(int max, Duration wait) throws InterruptedException {
        Incarnation incarnation = record.look();
        Command command = Command.repeatable("XREAD").arg("COUNT").arg(max);
        if (wait.toMillis() > 0) {
            command.arg("BLOCK").arg(wait.toMillis());
        }
        command.arg("STREAMS").key(incarnation.physical()).arg(position.toString());
        List<Event<T>> events = new ArrayList<>();
        EventId last = position;
        for (Object entry : Replies.entriesOfOneStream(connection.call(command, wait))) {
            last = Entries.id(entry);
            try {
                events.add(entries.decode(entry, last, incarnation));
            } catch (MalformedEntryException e) {
                drop(last, e);
            }
        }
        // only now: whatever ends the decoding half-way, nothing is passed over
        position = last;
        return events;
    }

    private void drop(EventId id, MalformedEntryException cause) {
        LOG.warn("stream={} event={} state=dropped cause=\"{}\"", record.stream(), id, cause.getMessage());
        streams.signals()
                .emit(new PulseEvent.EntryDropped(record.stream(), id.toString(), String.valueOf(cause.getMessage())));
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
                    streams.signals().loop("reader " + record.stream(), false),
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
        return cursor;
    }

    /** Nothing will ever come any more. */
    void streamDestroyed() {
        record.reportDestroyed(LOG, streams.signals());
    }

    String stream() {
        return record.stream();
    }

    /** The event goes to the handler now. */
    void handedOut(Event<T> event) {
        cursor = event.id();
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
