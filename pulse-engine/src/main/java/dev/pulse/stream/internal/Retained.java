package dev.pulse.stream.internal;

import dev.pulse.PulseEvent;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a stream holds at this moment: looked at, or taken out. Never makes a stream. */
final class Retained<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Retained.class);
    private static final Script REMOVE = Script.load("/dev/pulse/stream/remove.lua");
    private static final int BATCH = 500;

    private final Streams streams;
    private final StreamRecord record;
    private final Entries<T> entries;

    Retained(Streams streams, StreamRecord record, Entries<T> entries) {
        this.streams = streams;
        this.record = record;
        this.entries = entries;
    }

    List<Event<T>> snapshot() throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        Optional<Incarnation> found = record.existing(call);
        if (found.isEmpty()) {
            return List.of();
        }
        Incarnation incarnation = found.get();
        // in one command, so that it is the stream at one moment
        List<@Nullable Object> raw = Replies.list(call.call(Command.repeatable("XRANGE")
                .key(incarnation.physical())
                .arg("-")
                .arg("+")
                .largeReply()));
        if (raw.isEmpty()) {
            // the end of an incarnation is no empty stream
            record.recheck(call);
        }
        List<Event<T>> events = new ArrayList<>(raw.size());
        for (Object entry : raw) {
            EventId id = Entries.id(Replies.list(entry));
            try {
                events.add(entries.decode(Replies.list(entry), id, incarnation));
            } catch (MalformedEntryException e) {
                drop(id, String.valueOf(e.getMessage()));
            }
        }
        return List.copyOf(events);
    }

    private void drop(EventId id, String cause) {
        LOG.warn("stream={} event={} state=dropped cause=\"{}\"", record.stream(), id, cause);
        streams.signals().emit(new PulseEvent.EntryDropped(record.stream(), id.toString(), cause));
    }

    long remove(Collection<EventId> ids) throws InterruptedException {
        List<EventId> all = List.copyOf(ids);
        long removed = 0;
        for (int from = 0; from < all.size(); from += BATCH) {
            removed += removeSome(all.subList(from, Math.min(all.size(), from + BATCH)));
        }
        return removed;
    }

    private long removeSome(List<EventId> ids) throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        Optional<Incarnation> found = record.existing(call);
        if (found.isEmpty()) {
            return 0;
        }
        Incarnation incarnation = found.get();
        List<Object> arguments = new ArrayList<>(ids.size() + 1);
        arguments.add(incarnation.number());
        arguments.addAll(ids);
        List<@Nullable Object> reply = Replies.list(
                call.eval(REMOVE, List.of(incarnation.keys().lifecycle(), incarnation.physical()), arguments));
        if (Replies.number(reply.getFirst()) == 0) {
            throw record.destroyed(incarnation, reply);
        }
        return Replies.number(reply.get(1));
    }
}
