package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StreamFigures;
import dev.pulse.wire.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Appends to one stream, and makes its readers and sinks. */
final class StreamHandle<T> implements EventStream<T> {
    private static final int BATCH_EVENTS = 500;
    private static final int BATCH_BYTES = 128 * 1024;

    // the words of the one command that is sent for every event
    private static final byte[] NOMKSTREAM = ascii("NOMKSTREAM");
    private static final byte[] MAXLEN = ascii("MAXLEN");
    private static final byte[] EXACTLY = ascii("=");
    private static final byte[] AUTO_ID = ascii("*");

    private final Streams streams;
    private final Redis redis;
    private final StreamRecord record;
    private final Entries<T> entries;

    StreamHandle(Streams streams, StreamRecord record, Entries<T> entries) {
        this.streams = streams;
        this.redis = streams.redis();
        this.record = record;
        this.entries = entries;
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
        return addOne(entries.encode(event));
    }

    private EventId addOne(List<byte[]> fields) throws InterruptedException {
        Incarnation incarnation = record.establish();
        Object reply;
        if (incarnation.retention().sliding()) {
            reply = redis.callAll(List.of(slide(incarnation), xadd(incarnation, fields)))[1];
            if (reply instanceof PulseException e) {
                throw e;
            }
        } else {
            reply = redis.call(xadd(incarnation, fields));
        }
        return reply == null ? record.append(incarnation, fields) : EventId.parse(Replies.text(reply));
    }

    @Override
    public List<EventId> addAll(List<NewEvent<T>> events) throws InterruptedException {
        List<List<byte[]>> all = events.stream().map(entries::encode).toList();
        List<EventId> ids = new ArrayList<>(all.size());
        if (!all.isEmpty()) {
            // alone, for it makes the key where there is none: in a pipeline the next could overtake it
            ids.add(addOne(all.getFirst()));
        }
        while (ids.size() < all.size()) {
            addSome(record.establish(), all, ids);
        }
        return ids;
    }

    /** Adds what comes next, as much as one pipeline carries, and notes the ids. */
    private void addSome(Incarnation incarnation, List<List<byte[]>> all, List<EventId> ids)
            throws InterruptedException {
        int from = ids.size();
        List<Command> batch = new ArrayList<>();
        int bytes = 0;
        if (incarnation.retention().sliding()) {
            batch.add(slide(incarnation));
        }
        int ahead = batch.size();
        while (from + batch.size() - ahead < all.size() && batch.size() < BATCH_EVENTS && bytes < BATCH_BYTES) {
            Command command = xadd(incarnation, all.get(from + batch.size() - ahead));
            batch.add(command);
            bytes += command.bytes();
        }
        @Nullable Object[] replies = redis.callAll(batch);
        for (int i = ahead; i < replies.length; i++) {
            if (replies[i] instanceof PulseException e) {
                throw e;
            }
            ids.add(
                    replies[i] == null
                            ? record.append(incarnation, all.get(from + i - ahead))
                            : EventId.parse(Replies.text(replies[i])));
        }
    }

    private static Command xadd(Incarnation incarnation, List<byte[]> fields) {
        Command command = Command.write("XADD").key(incarnation.physicalBytes()).arg(NOMKSTREAM);
        if (incarnation.retention().maxLength() > 0) {
            command.arg(MAXLEN).arg(EXACTLY).arg(incarnation.maxLengthBytes());
        }
        command.arg(AUTO_ID);
        for (byte[] field : fields) {
            command.arg(field);
        }
        return command;
    }

    private static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }

    /** Goes before the XADD: nothing can expire between, and a cut in the middle only extends. */
    private static Command slide(Incarnation incarnation) {
        return Command.repeatable("PEXPIRE")
                .key(incarnation.physical())
                .arg(incarnation.retention().value());
    }

    @Override
    public Reader<T> reader(ReaderOptions options) throws InterruptedException {
        return streams.register(StreamReader.open(streams, record, entries, options));
    }

    @Override
    public Sink<T> sink(String name, SinkOptions options) throws InterruptedException {
        Names.requireSinkName(name);
        return streams.register(StreamSink.join(streams, record, entries, name, options));
    }

    @Override
    public StreamFigures figures() throws InterruptedException {
        return Figures.of(redis, record.look());
    }
}
