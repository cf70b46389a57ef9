package dev.pulse.stream.internal;

import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.TopicFilter;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which entries of a stream are handed out, as events. */
record Selection<T>(Entries<T> entries, TopicFilter topics, Predicate<? super Event<?>> filter) {
    /**
     * The event of a raw entry, or null when it is not wanted. By its topic that is decided before the payload is
     * decoded: a reader of one topic need not know the others' codec.
     */
    @Nullable
    Event<T> select(Object entry, EventId id, Incarnation incarnation)
            throws MalformedEntryException, InterruptedException {
        if (topics != TopicFilter.all() && !topics.accepts(Entries.topic(entry))) {
            return null;
        }
        Event<T> event = entries.decode(entry, id, incarnation);
        return passes(event) ? event : null;
    }

    private boolean passes(Event<T> event) throws MalformedEntryException {
        try {
            return filter.test(event);
        } catch (Exception | StackOverflowError | AssertionError | LinkageError e) {
            throw new MalformedEntryException("the filter failed: " + e, e);
        }
    }
}
