package dev.pulse.stream.internal;

import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Retention;
import dev.pulse.wire.StreamKeys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dead letters of one stream, to look at and to replay. */
final class DeadLetterBox<T> implements DeadLetters<T> {
    private final Streams streams;
    private final StreamRecord record;
    private final Entries<T> entries;

    DeadLetterBox(Streams streams, StreamRecord record, Entries<T> entries) {
        this.streams = streams;
        this.record = record;
        this.entries = entries;
    }

    @Override
    public long count() throws InterruptedException {
        return dead(streams.redis().forOneCall()).count();
    }

    @Override
    public List<DeadLetter<T>> list(int max) throws InterruptedException {
        return list(EventId.ZERO, max);
    }

    @Override
    public List<DeadLetter<T>> list(EventId after, int max) throws InterruptedException {
        Polls.requireMax(max);
        List<DeadLetter<T>> letters = new ArrayList<>();
        for (Object entry : dead(streams.redis().forOneCall()).entries(after, max)) {
            letters.add(letter(Replies.list(entry)));
        }
        return letters;
    }

    @Override
    public Replay replay(EventId id) throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        DeadStream dead = dead(call);
        Object entry = dead.entry(id);
        if (entry == null) {
            return Replay.NO_SUCH_DEAD_LETTER;
        }
        DeadLetter<T> letter = letter(Replies.list(entry));
        Incarnation source;
        try {
            source = record.look(call);
        } catch (StreamDestroyedException e) {
            return Replay.EVENT_GONE;
        }
        if (letter.incarnation() != source.number()) {
            return Replay.EVENT_GONE;
        }
        Replay outcome = dead.replay(source, id, letter.originalId(), letter.sink());
        if (outcome == Replay.REPLAYED) {
            streams.lookForClaims(record.stream(), letter.sink());
        }
        return outcome;
    }

    @Override
    public Optional<EventId> replayAsNew(EventId id) throws InterruptedException {
        Redis call = streams.redis().forOneCall();
        return dead(call).replayAsNew(record, record.establish(call), id);
    }

    private DeadStream dead(Redis call) {
        return new DeadStream(call, record.inKeys());
    }

    private DeadLetter<T> letter(List<@Nullable Object> entry) throws InterruptedException {
        EventId id = Entries.id(entry);
        Map<String, String> about = about(Replies.list(entry.get(1)));
        EventId original = originalId(about.get(DeadLettering.ID));
        long incarnation = number(about.get(DeadLettering.INCARNATION));
        return new DeadLetter<>(
                id,
                about.getOrDefault(DeadLettering.SINK, ""),
                about.getOrDefault(DeadLettering.CAUSE, ""),
                (int) number(about.get(DeadLettering.DELIVERIES)),
                original,
                incarnation,
                event(entry, original, incarnation));
    }

    private Optional<Event<T>> event(List<@Nullable Object> entry, EventId original, long incarnation)
            throws InterruptedException {
        try {
            // the incarnation may be over: only its name and number matter here
            Incarnation source = new Incarnation(
                    record.stream(),
                    false,
                    new StreamKeys(record.stream(), Math.max(1, incarnation)),
                    Contract.of(Retention.unbounded()));
            Event<T> event = entries.decode(entry, original, source);
            Map<String, String> headers = new LinkedHashMap<>(event.headers());
            headers.keySet().removeIf(header -> header.startsWith("dead-letter-"));
            return Optional.of(new Event<>(
                    original,
                    record.stream(),
                    incarnation,
                    event.name(),
                    event.topic(),
                    event.payload(),
                    Collections.unmodifiableMap(headers),
                    original.time()));
        } catch (MalformedEntryException e) {
            return Optional.empty();
        }
    }

    /** The headers of its death; what somebody else added to the stream has none. */
    private static Map<String, String> about(List<@Nullable Object> fields) {
        Map<String, String> about = new LinkedHashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String field = Replies.text(fields.get(i));
            if (field.startsWith("h:dead-letter-")) {
                about.put(field.substring(2), Replies.text(fields.get(i + 1)));
            }
        }
        return about;
    }

    private static EventId originalId(@Nullable String text) {
        try {
            return text == null ? EventId.ZERO : EventId.parse(text);
        } catch (IllegalArgumentException e) {
            return EventId.ZERO;
        }
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
