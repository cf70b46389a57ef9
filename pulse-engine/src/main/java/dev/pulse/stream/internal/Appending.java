package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Appends entries by plain XADDs that never make a key. Where the key is absent, the record says what that means: a
 * first entry, a loss of state, or an incarnation that is over.
 */
final class Appending {
    private static final Script APPEND = Script.load("/dev/pulse/stream/append.lua");
    private static final int BATCH_EVENTS = 500;
    private static final int BATCH_BYTES = 128 * 1024;

    // the words of the one command that is sent for every event
    private static final Command.Name XADD = Command.Name.of("XADD");
    private static final byte[] NOMKSTREAM = ascii("NOMKSTREAM");
    private static final byte[] MAXLEN = ascii("MAXLEN");
    private static final byte[] ABOUT = ascii("~");
    private static final byte[] AUTO_ID = ascii("*");

    private final Redis redis;
    private final StreamRecord record;

    Appending(Redis redis, StreamRecord record) {
        this.redis = redis;
        this.record = record;
    }

    /** Appends one entry, making the stream if need be. */
    EventId one(List<byte[]> fields) throws InterruptedException {
        Redis call = redis.forOneCall();
        Incarnation incarnation = record.establish(call);
        Object reply = add(call, incarnation, fields);
        return reply == null ? onAbsentKey(call, incarnation, fields) : EventId.parse(Replies.text(reply));
    }

    /** Appends one entry if the stream is there. */
    Optional<EventId> oneIfExists(List<byte[]> fields) throws InterruptedException {
        Redis call = redis.forOneCall();
        Optional<Incarnation> incarnation = record.existing(call);
        if (incarnation.isEmpty()) {
            return Optional.empty();
        }
        Object reply = add(call, incarnation.get(), fields);
        if (reply == null) {
            // expired, lost or not there yet; or destroyed, which the caller has to know
            record.recheck(call);
            return Optional.empty();
        }
        return Optional.of(EventId.parse(Replies.text(reply)));
    }

    /** The reply of one XADD: the id, or null where the key is absent. */
    private static @Nullable Object add(Redis call, Incarnation incarnation, List<byte[]> fields)
            throws InterruptedException {
        if (!incarnation.retention().sliding()) {
            return call.call(xadd(incarnation, fields));
        }
        Object reply = call.callAll(List.of(slide(incarnation), xadd(incarnation, fields)))[1];
        if (reply instanceof PulseException e) {
            throw e;
        }
        return reply;
    }

    /** Appends all in this order. */
    List<EventId> all(List<List<byte[]>> entries) throws InterruptedException {
        List<EventId> ids = new ArrayList<>(entries.size());
        if (!entries.isEmpty()) {
            // alone, for it makes the key where there is none: in a pipeline the next could overtake it
            ids.add(one(entries.getFirst()));
        }
        while (ids.size() < entries.size()) {
            some(entries, ids);
        }
        return ids;
    }

    /** Appends what comes next, as much as one pipeline carries, and notes the ids. */
    private void some(List<List<byte[]>> all, List<EventId> ids) throws InterruptedException {
        Redis call = redis.forOneCall();
        Incarnation incarnation = record.establish(call);
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
        @Nullable Object[] replies = call.callAll(batch);
        for (int i = ahead; i < replies.length; i++) {
            if (replies[i] instanceof PulseException e) {
                throw e;
            }
            ids.add(
                    replies[i] == null
                            ? onAbsentKey(call, incarnation, all.get(from + i - ahead))
                            : EventId.parse(Replies.text(replies[i])));
        }
    }

    /** Appends when the key is absent: the first entry, one after a loss of state, or none after a destroy. */
    private EventId onAbsentKey(Redis call, Incarnation known, List<byte[]> fields) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(fields.size() + 2);
        arguments.add(known.number());
        arguments.add(known.retention().encode());
        arguments.addAll(fields);
        List<@Nullable Object> reply = Replies.list(
                call.eval(APPEND, List.of(known.keys().lifecycle(), known.flat(), known.physical()), arguments));
        long outcome = Replies.number(reply.getFirst());
        if (outcome == 0) {
            throw record.destroyed(known, reply);
        }
        if (outcome < 0) {
            throw record.over(StreamRecord.deadline(reply));
        }
        return EventId.parse(Replies.text(reply.get(1)));
    }

    private static Command xadd(Incarnation incarnation, List<byte[]> fields) {
        Command command = Command.write(XADD).key(incarnation.physicalBytes()).arg(NOMKSTREAM);
        Contract retention = incarnation.retention();
        if (retention.maxLength() > 0) {
            command.arg(MAXLEN);
            if (retention.approximate()) {
                command.arg(ABOUT);
            }
            // exactly, without the "=": Jedis makes room for ten words, and with that it would have to make more
            command.arg(incarnation.maxLengthBytes());
        }
        command.arg(AUTO_ID);
        for (byte[] field : fields) {
            command.arg(field);
        }
        return command;
    }

    /** Goes before the XADD: nothing can expire between, and a cut in the middle only extends. */
    private static Command slide(Incarnation incarnation) {
        return Command.repeatable("PEXPIRE")
                .key(incarnation.physical())
                .arg(incarnation.retention().ttlMillis());
    }

    private static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }
}
