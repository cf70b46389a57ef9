package dev.pulse.stream.internal;

import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Judges whether what a reader reads follows on what it read before. While the last entry it read is still in the stream,
 * nothing behind it was trimmed, for trimming takes the oldest first; so when in doubt that entry is read once more, in
 * the same command as what comes after it. In doubt it is after a failure, after a read that brought all it asked for or
 * all the stream may hold, and when something was done since the last reply. Where the entry is missing, a {@link StreamLook} tells
 * why: trimmed, deleted by name, or another history of the stream.
 *
 * <p>From Redis 7.0 on the stream counts what was ever added: the number of the last entry read is kept along, and tells
 * how many were lost. Pure state, used by one thread at a time.
 */
final class Continuity {
    private static final long FRESH_NANOS = Duration.ofMillis(5).toNanos();
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long UNKNOWN = -1;

    /** What came of a look. */
    sealed interface Finding {
        /** Nothing is lost, as far as anybody can tell. */
        record Fine() implements Finding {}

        /** What was between was trimmed away unread. */
        record Lost(OptionalLong count) implements Finding {}

        /** The stream is not what it was; reading goes on after this id. */
        record Reset(EventId goOnAfter) implements Finding {}
    }

    private static final Finding FINE = new Finding.Fine();

    /** Whether the position is an entry that was there: as its user says, and as Redis said. */
    private boolean claimed;

    private boolean known;
    private boolean doubtful;
    /** Whether the last entry read is known to be gone, so that what comes next needs a look. */
    private boolean missing;
    /** The number of the last entry read among all ever added, and at which id it was last certain. */
    private long index = UNKNOWN;

    private EventId certainAt = EventId.ZERO;
    private long added = UNKNOWN;
    private long repliedAt = System.nanoTime();
    private long lookedAt = repliedAt;

    /** From the oldest or a time on: nothing before the first read counts as lost. */
    static Continuity fromAnywhere() {
        return new Continuity();
    }

    /** After an event that somebody says to have read. */
    static Continuity after(EventId id) {
        Continuity continuity = new Continuity();
        continuity.claimed = !id.equals(EventId.ZERO);
        continuity.doubtful = true;
        return continuity;
    }

    /** After all that was there. */
    static Continuity afterAllOf(StreamLook look) {
        Continuity continuity = new Continuity();
        continuity.endsAt(look);
        return continuity;
    }

    private void endsAt(StreamLook look) {
        claimed = !look.last().equals(EventId.ZERO);
        known = claimed;
        // of an absent stream everything counts, from the first entry on
        missing = !claimed && look.isCounted();
        index = look.added();
        added = look.added();
        certainAt = look.last();
    }

    /** Whether the last entry read has to be read once more, to see that it is there. */
    boolean needsOverlap() {
        return claimed && !missing && (doubtful || System.nanoTime() - repliedAt > FRESH_NANOS);
    }

    /** Whether what was read needs a look before it is taken. */
    boolean needsLook() {
        return missing || (index == UNKNOWN && !claimed);
    }

    /** Whether a reader that reads nothing should look whether the stream is still the one it was. */
    boolean needsIdleLook() {
        return System.nanoTime() - lookedAt > LOOK_NANOS;
    }

    /** What was read before may not be where it was. */
    void doubt() {
        doubtful = true;
    }

    /** A reply came; {@code full} when it brought as much as could be. */
    void replied(boolean full) {
        repliedAt = System.nanoTime();
        doubtful = full;
    }

    /** The last entry read is not in the stream any more. */
    void isMissing() {
        missing = true;
    }

    /** Entries were taken, the last read one is another now. */
    void took(int entries) {
        if (entries > 0) {
            claimed = true;
            known = true;
            missing = false;
            index = index == UNKNOWN ? UNKNOWN : index + entries;
        }
    }

    /** Judges a look that followed on reading nothing. */
    Finding judgeIdle(EventId position, StreamLook look) {
        lookedAt = System.nanoTime();
        if (known && look.last().compareTo(position) < 0) {
            return reset(position, look);
        }
        if (!known || !look.last().equals(position)) {
            return FINE;
        }
        // fewer than were read: made anew while this reader had read all there was
        boolean madeAnew = look.isCounted() && index != UNKNOWN && look.added() < index;
        index = look.added();
        added = look.added();
        certainAt = position;
        return madeAnew ? new Finding.Reset(position) : FINE;
    }

    /** Judges a look that followed on reading these entries, where the last entry read before was missing. */
    Finding judge(EventId position, List<EventId> read, StreamLook look) {
        lookedAt = System.nanoTime();
        if (known && look.last().compareTo(position) < 0) {
            return reset(position, look);
        }
        Finding finding = claimed || missing ? explain(position, read, look) : FINE;
        // from here on the entries are numbered anew, if they can be
        boolean whole = look.isCounted()
                && look.deleted().compareTo(look.first()) < 0
                && look.first().compareTo(read.getFirst()) >= 0
                && look.first().compareTo(read.getLast()) <= 0;
        index = whole ? look.removed() - before(look.first(), read) : UNKNOWN;
        certainAt = whole ? read.getFirst() : EventId.ZERO;
        added = look.added();
        return finding;
    }

    private Finding explain(EventId position, List<EventId> read, StreamLook look) {
        boolean trimmed = look.length() == 0 || look.first().compareTo(position) > 0;
        if (!trimmed) {
            // older ones are still there, so it was deleted by name or is of another history
            return known && look.deleted().compareTo(position) < 0 ? new Finding.Reset(position) : FINE;
        }
        if (!look.isCounted()) {
            // of what was there before the first entry this Redis knows nothing
            return claimed ? new Finding.Lost(OptionalLong.empty()) : FINE;
        }
        if (look.removed() == 0 || (added != UNKNOWN && look.added() < added)) {
            // nothing was ever removed from this one: what was read before stood in another
            return known ? new Finding.Reset(position) : FINE;
        }
        boolean furtherOn = look.length() == 0 || look.first().compareTo(read.getLast()) > 0;
        if (index == UNKNOWN || furtherOn || look.deleted().compareTo(certainAt) > 0) {
            return new Finding.Lost(OptionalLong.empty());
        }
        long lost = look.removed() - before(look.first(), read) - index;
        if (lost < 0) {
            return known ? new Finding.Reset(position) : FINE;
        }
        return lost == 0 ? FINE : new Finding.Lost(OptionalLong.of(lost));
    }

    /**
     * The last id is below what was read, so an older state is back, or nothing. Ids follow Redis' clock: what is added
     * from now on comes above the position, and what is there stood there before, was read or passed over. Only when the
     * clock stands before the position something may be new, and all that is there is read again.
     */
    private Finding reset(EventId position, StreamLook look) {
        boolean clockWentOn = Long.compareUnsigned(look.now(), position.millis()) >= 0;
        endsAt(look);
        if (!clockWentOn) {
            claimed = false;
            known = false;
            missing = false;
            index = UNKNOWN;
        }
        return new Finding.Reset(clockWentOn ? look.last() : EventId.ZERO);
    }

    /** How many of these are older. */
    private static int before(EventId first, List<EventId> read) {
        int count = 0;
        while (count < read.size() && read.get(count).compareTo(first) < 0) {
            count++;
        }
        return count;
    }
}
