package dev.pulse.stream.internal;

import dev.pulse.PulseEvent;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream as a reader reads it: how far it has come, which entries it hands out, and the reports of what was lost.
 * Used by one thread at a time, but for the cursor and the end.
 */
final class ReaderSource<T> {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

    private final Signals signals;
    private final StreamRecord record;
    private final Selection<T> selection;
    private final Continuity continuity;
    /** Up to where it was read, and up to where events were handed out or passed over. */
    private EventId position;

    private boolean destroyed;

    private volatile EventId cursor;
    private volatile boolean removed;

    /**
     * What one read brought of it.
     *
     * @param last up to where that reaches, what is not wanted included
     * @param found how many entries there were; more than were taken when {@code max} events came first
     */
    record Part<T>(ReaderSource<T> source, List<Event<T>> events, EventId last, int found) {
        /** All of it was handed out. */
        void done() {
            source.cursor = last;
        }
    }

    private ReaderSource(
            Signals signals, StreamRecord record, Selection<T> selection, Continuity continuity, EventId start) {
        this.signals = signals;
        this.record = record;
        this.selection = selection;
        this.continuity = continuity;
        this.position = start;
        this.cursor = start;
    }

    /** Finds out where "newest" is, if it is to begin there. */
    static <T> ReaderSource<T> open(
            Redis call, Signals signals, StreamRecord record, Selection<T> selection, StartAt startAt)
            throws InterruptedException {
        if (startAt instanceof StartAt.Newest) {
            StreamLook look = StreamLook.at(call, record.look(call).physical());
            return new ReaderSource<>(signals, record, selection, Continuity.afterAllOf(look), look.last());
        }
        Continuity continuity =
                startAt instanceof StartAt.After(EventId id) ? Continuity.after(id) : Continuity.fromAnywhere();
        return new ReaderSource<>(signals, record, selection, continuity, StartIds.after(startAt));
    }

    String stream() {
        return record.stream();
    }

    Incarnation look(Redis call) throws InterruptedException {
        return record.look(call);
    }

    EventId cursor() {
        return cursor;
    }

    /** Nothing more of it is handed out. */
    void remove() {
        removed = true;
    }

    boolean isRemoved() {
        return removed;
    }

    /** The event goes to the handler now; false when it must not, for the stream was removed. */
    boolean handOut(Event<T> event) {
        cursor = event.id();
        return !removed;
    }

    boolean needsOverlap() {
        return continuity.needsOverlap();
    }

    /** Says once that nothing more will come of it. */
    void isDestroyed() {
        if (!destroyed) {
            destroyed = true;
            record.reportDestroyed(LOG, signals);
        }
    }

    /** See {@link Continuity#doubt()}. */
    void doubt() {
        continuity.doubt();
    }

    /** Adds the id to read after; with the last entry that was read once more, to see that it is still there. */
    void addPosition(Command command, boolean overlap) {
        command.arg((overlap ? before(position) : position).toString());
    }

    private static EventId before(EventId id) {
        return id.sequence() == 0 ? new EventId(id.millis() - 1, -1) : new EventId(id.millis(), id.sequence() - 1);
    }

    /**
     * Takes in a reply: reports what it shows to be lost, and takes entries until it has as many events as are wanted.
     *
     * @param count how many entries were asked for
     */
    Part<T> accept(
            Redis call, List<@Nullable Object> reply, boolean overlap, Incarnation incarnation, int count, int max)
            throws InterruptedException {
        List<@Nullable Object> raw = reply;
        boolean lookNow = !overlap && continuity.needsIdleLook();
        if (overlap) {
            if (!raw.isEmpty() && Entries.id(Replies.list(raw.getFirst())).equals(position)) {
                raw = raw.subList(1, raw.size());
            } else {
                continuity.isMissing();
                lookNow = true;
            }
        }
        if (!raw.isEmpty() && continuity.needsLook() && !isContinued(call, raw, incarnation)) {
            return new Part<>(this, List.of(), position, 0);
        }
        if (raw.isEmpty() && lookNow) {
            follow(continuity.judgeIdle(position, StreamLook.at(call, incarnation.physical())), position.toString());
        }
        long bound = incarnation.retention().maxLength();
        continuity.replied(raw.size() >= (bound > 0 ? Math.min(bound, count) : count));
        return take(raw, incarnation, max);
    }

    /** Whether the entries can be taken; false when reading has to go on elsewhere. */
    private boolean isContinued(Redis call, List<@Nullable Object> raw, Incarnation incarnation)
            throws InterruptedException {
        List<EventId> ids = new ArrayList<>(raw.size());
        raw.forEach(entry -> ids.add(Entries.id(Replies.list(entry))));
        return follow(
                continuity.judge(position, ids, StreamLook.at(call, incarnation.physical())),
                ids.getFirst().toString());
    }

    private boolean follow(Continuity.Finding finding, String first) {
        String after = position.toString();
        switch (finding) {
            case Continuity.Finding.Fine fine -> {}
            case Continuity.Finding.Lost(OptionalLong count) -> {
                LOG.warn(
                        "stream={} state=gap after={} first={} lost={}",
                        stream(),
                        after,
                        first,
                        count.isPresent() ? count.getAsLong() : "unknown");
                signals.emit(new PulseEvent.Gap(stream(), after, first, count));
            }
            case Continuity.Finding.Reset(EventId goOnAfter) -> {
                LOG.warn("stream={} state=reset after={} goes-on-after={}", stream(), after, goOnAfter);
                signals.emit(new PulseEvent.StreamReset(stream(), after, goOnAfter.toString()));
                boolean elsewhere = !goOnAfter.equals(position);
                position = goOnAfter;
                cursor = goOnAfter;
                return !elsewhere;
            }
        }
        return true;
    }

    private Part<T> take(List<@Nullable Object> raw, Incarnation incarnation, int max) throws InterruptedException {
        List<Event<T>> events = new ArrayList<>(Math.min(raw.size(), max));
        EventId last = position;
        int taken = 0;
        while (taken < raw.size() && events.size() < max) {
            Object entry = Replies.list(raw.get(taken));
            EventId id = Entries.id(entry);
            try {
                Event<T> event = selection.select(entry, id, incarnation);
                if (event != null) {
                    events.add(event);
                }
            } catch (MalformedEntryException e) {
                drop(id, e);
            }
            last = id;
            taken++;
        }
        // only now: whatever ends the decoding half-way, nothing is passed over
        position = last;
        continuity.took(taken);
        return new Part<>(this, events, last, raw.size());
    }

    private void drop(EventId id, MalformedEntryException cause) {
        LOG.warn("stream={} event={} state=dropped cause=\"{}\"", stream(), id, cause.getMessage());
        signals.emit(new PulseEvent.EntryDropped(stream(), id.toString(), String.valueOf(cause.getMessage())));
    }
}
