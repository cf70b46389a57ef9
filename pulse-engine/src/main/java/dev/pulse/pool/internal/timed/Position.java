package dev.pulse.pool.internal.timed;

import dev.pulse.pool.Timetable;
import dev.pulse.pool.internal.timed.TimesScripts.Known;
import dev.pulse.task.Durations;
import dev.pulse.wire.KeyHash;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one listener knows of its ticker or schedule. All listeners have their turns at a due time one after another, in an
 * order that a hash of their ids and the time gives: the first at once, the second in time before the next is due, the others
 * one after another behind it. Thread-safe.
 */
final class Position {
    private static final Duration SECOND = Duration.ofMillis(250);
    private static final Duration MOST_OF_A_TENTH = Duration.ofSeconds(2);
    private static final Duration EACH_FURTHER = Duration.ofSeconds(2);
    private static final Duration LAST = Duration.ofSeconds(10);

    private final String listener;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable State state;
    /* guarded by lock: when what is known was asked for or answered last, by nanoTime */
    private long heard = System.nanoTime();

    Position(String listener) {
        this.listener = listener;
    }

    /**
     * At one moment.
     *
     * @param version another one means that it is due at other times
     * @param next when it is due, in ms since 1970
     * @param freeAt from when on anybody may take over what is left of a plan, by {@link System#nanoTime}
     */
    record State(
            long version,
            long next,
            Timetable timetable,
            DueTimes times,
            String policy,
            List<String> listeners,
            Optional<Long> freeAt) {
        /** From the next due time to the one after it. */
        Duration period() {
            return Duration.ofMillis(times.after(next) - next);
        }
    }

    /** Null while Redis knows none. */
    @Nullable
    State state() {
        return state;
    }

    Optional<Instant> next() {
        State now = state;
        return now == null ? Optional.empty() : Optional.of(Instant.ofEpochMilli(now.next()));
    }

    /**
     * Redis has this, or nothing. What was asked for before something newer was heard is passed over.
     *
     * @param asked by {@link System#nanoTime}
     * @return whether something changed
     * @throws RuntimeException when its timetable cannot be read here; nothing is known then
     */
    boolean know(@Nullable Known known, long asked) {
        lock.lock();
        try {
            State before = state;
            boolean isNewer = isNewer(known, before);
            if (asked - heard < 0 && !isNewer) {
                return false;
            }
            // what was asked for meanwhile may be what was before
            heard = isNewer ? System.nanoTime() : asked;
            state = null;
            state = known == null ? null : read(known, before);
            return state == null ? before != null : !state.equals(before);
        } finally {
            lock.unlock();
        }
    }

    private static boolean isNewer(@Nullable Known known, @Nullable State before) {
        return known != null && (before == null || known.version() > before.version());
    }

    private static State read(Known known, @Nullable State before) {
        Optional<Long> free = known.free().map(time -> System.nanoTime() + time.toNanos());
        Timetable timetable;
        DueTimes times;
        if (before != null && before.version() == known.version()) {
            timetable = before.timetable();
            times = before.times();
        } else {
            timetable = TimetableText.parse(known.timetable());
            times = DueTimes.of(timetable);
        }
        return new State(known.version(), known.next(), timetable, times, known.policy(), known.listeners(), free);
    }

    /** A due time was taken off, by whomever; this is the next. */
    void next(State of, long next) {
        lock.lock();
        try {
            heard = System.nanoTime();
            if (state != null && state.version() == of.version()) {
                state = new State(
                        of.version(), next, of.timetable(), of.times(), of.policy(), state.listeners(), state.freeAt());
            }
        } finally {
            lock.unlock();
        }
    }

    /** How long after a due time this listener has its turn. */
    Duration turn(State at) {
        long mine = order(listener, at.next());
        long before = at.listeners().stream()
                .filter(other -> !other.equals(listener))
                .filter(other -> Long.compareUnsigned(order(other, at.next()), mine) < 0)
                .count();
        if (before == 0) {
            return Duration.ZERO;
        }
        Duration period = at.period();
        Duration second = Durations.shorter(
                SECOND.plus(Durations.shorter(period.dividedBy(10), MOST_OF_A_TENTH)), period.dividedBy(2));
        // some of those before it may have died and still be counted: it comes before the next is due, all the same
        Duration further = Durations.shorter(EACH_FURTHER, period.dividedBy(10));
        return Durations.shorter(second.plus(further.multipliedBy(before - 1)), LAST);
    }

    private static long order(String listener, long due) {
        return KeyHash.crc64(due + "/" + listener);
    }
}
