package dev.pulse.stream.internal;

import dev.pulse.redis.Redis;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Retention;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StreamFigures;
import dev.pulse.wire.Names;
import dev.pulse.wire.StreamKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One stream as its users see it; each duty is another's. */
final class StreamHandle<T> implements EventStream<T> {
    private final Streams streams;
    private final StreamRecord record;
    private final Entries<T> entries;
    private final Appending appending;
    private final OnceAppending onceAppending;
    private final Retained<T> retained;
    private final ChangingRetention changingRetention;
    private final Destroying destroying;

    StreamHandle(Streams streams, StreamRecord record, Entries<T> entries) {
        this.streams = streams;
        this.record = record;
        this.entries = entries;
        this.appending = new Appending(streams.redis(), record);
        this.onceAppending = new OnceAppending(streams.redis(), record);
        this.retained = new Retained<>(streams, record, entries);
        this.changingRetention = new ChangingRetention(streams.redis(), record);
        this.destroying = new Destroying(streams.redis(), record);
    }

    /** The handle as a reader reads it; {@code reader} is its engine. */
    static <T> StreamHandle<T> of(Streams reader, EventStream<T> stream) {
        if (stream instanceof StreamHandle<T> handle && handle.streams == reader) {
            return handle;
        }
        throw new IllegalArgumentException("stream \"" + stream.name() + "\" is of another Pulse");
    }

    StreamRecord record() {
        return record;
    }

    Entries<T> entries() {
        return entries;
    }

    @Override
    public String name() {
        return record.stream();
    }

    @Override
    public EventId add(String event, T payload) throws InterruptedException {
        return add(NewEvent.of(event, payload));
    }

    @Override
    public EventId add(NewEvent<T> event) throws InterruptedException {
        return appending.one(entries.encode(event));
    }

    @Override
    public Optional<EventId> addIfExists(NewEvent<T> event) throws InterruptedException {
        return appending.oneIfExists(entries.encode(event));
    }

    @Override
    public Once addOnce(String key, Duration window, NewEvent<T> event) throws InterruptedException {
        return onceAppending.add(key, window, entries.encode(event));
    }

    @Override
    public List<EventId> addAll(List<NewEvent<T>> events) throws InterruptedException {
        return appending.all(events.stream().map(entries::encode).toList());
    }

    @Override
    public Reader<T> reader(ReaderOptions options) throws InterruptedException {
        streams.requireOpen();
        return streams.register(StreamReader.open(streams, record, entries, options));
    }

    @Override
    public Sink<T> sink(String name, SinkOptions options) throws InterruptedException {
        Names.requireSinkName(name);
        streams.requireOpen();
        return streams.register(StreamSink.join(streams, record, entries, name, options));
    }

    @Override
    public List<Event<T>> snapshot() throws InterruptedException {
        return retained.snapshot();
    }

    @Override
    public long remove(Collection<EventId> ids) throws InterruptedException {
        return retained.remove(ids);
    }

    @Override
    public void changeRetention(Retention retention) throws InterruptedException {
        changingRetention.change(retention);
    }

    @Override
    public void destroy() throws InterruptedException {
        destroying.destroy();
    }

    @Override
    public DeadLetters<T> deadLetters() {
        if (StreamKeys.isDeadLetters(name())) {
            throw new IllegalStateException(
                    "stream \"" + name() + "\" holds dead letters, by its name: it has none of its own");
        }
        return new DeadLetterBox<>(streams, record, entries);
    }

    @Override
    public StreamFigures figures() throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        return Figures.of(call, record.look(call));
    }
}
