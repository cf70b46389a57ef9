package dev.pulse.stream.internal;

import dev.pulse.PulseEvent;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.task.Signals;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream as a reader reads it, and how far it has come. Used by one thread at a time, but for the cursor. */
final class ReaderSource<T> {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

    private final StreamRecord record;
    private final Selection<T> selection;
    private final Signals signals;
    /** Up to where it was read, and up to where events were handed out or passed over. */
    private EventId position;

    private volatile EventId cursor;

    /**
     * What one read brought.
     *
     * @param last up to where it reaches, what was not wanted included
     * @param entries how many entries that are
     */
    record Part<T>(ReaderSource<T> source, List<Event<T>> events, EventId last, int entries) {
        /** All of it was handed out. */
        void done() {
            source.cursor = last;
        }
    }

    ReaderSource(StreamRecord record, Selection<T> selection, Signals signals, EventId start) {
        this.record = record;
        this.selection = selection;
        this.signals = signals;
        this.position = start;
        this.cursor = start;
    }

    String stream() {
        return record.stream();
    }

    Incarnation look() throws InterruptedException {
        return record.look();
    }

    EventId position() {
        return position;
    }

    EventId cursor() {
        return cursor;
    }

    /** The event goes to the handler now. */
    void handedOut(Event<T> event) {
        cursor = event.id();
    }

    /** Takes entries that were read, until it has as many events as are wanted. */
    Part<T> take(List<@Nullable Object> raw, Incarnation incarnation, int max) throws InterruptedException {
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
        return new Part<>(this, events, last, taken);
    }

    private void drop(EventId id, MalformedEntryException cause) {
        LOG.warn("stream={} event={} state=dropped cause=\"{}\"", stream(), id, cause.getMessage());
        signals.emit(new PulseEvent.EntryDropped(stream(), id.toString(), String.valueOf(cause.getMessage())));
    }
}
