package dev.pulse.stream;

import java.time.Instant;

/** Where reading begins. Nothing between the moment a reader or sink is made and its first read is ever missed. */
public sealed interface StartAt {
    /** With what is added from now on; "now" becomes a concrete id when the reader or sink is made. */
    static StartAt newest() {
        return Newest.NEWEST;
    }

    /** With the oldest event that is still retained. */
    static StartAt oldest() {
        return Oldest.OLDEST;
    }

    /** With the first event after this one, which need not be retained any more. */
    static StartAt after(EventId id) {
        return new After(id);
    }

    /**
     * With the first event added at this time or later, by Redis' clock, in whole milliseconds.
     *
     * @throws IllegalArgumentException for a time before 1970
     */
    static StartAt at(Instant time) {
        return new At(time);
    }

    /** See {@link #newest()}. */
    enum Newest implements StartAt {
        NEWEST
    }

    /** See {@link #oldest()}. */
    enum Oldest implements StartAt {
        OLDEST
    }

    /** See {@link #after(EventId)}. */
    record After(EventId id) implements StartAt {}

    /** See {@link #at(Instant)}. */
    record At(Instant time) implements StartAt {
        public At {
            if (time.toEpochMilli() < 0) {
                throw new IllegalArgumentException("start time is 1970 or later, was " + time);
            }
        }
    }
}
