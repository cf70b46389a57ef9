package dev.pulse.faults;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Something that was done or seen, a line of a history.
 *
 * @param micros when, by the clock of this machine, which all processes share
 * @param who a writer, a reader, {@code <sink>/<consumer>}, or {@code redis}; of a process whose consumers change, {@code
 *     <sink>/<process>}
 * @param what the payload, or what {@code did} says; without spaces
 * @param id of the event in its stream, or what {@code did} says
 */
public record Step(long micros, String who, Did did, String what, String id) {
    private static final String NOTHING = "-";

    /** What. */
    public enum Did {
        /** A writer: is about to add. */
        ADDING,
        /** Was told the id. */
        ADDED,
        /** Was told that the outcome is unknown. */
        UNKNOWN,
        /** Was told that it was not done. */
        REFUSED,
        /**
         * A consumer: is there; {@code what} is {@link Handling#toString}, {@code id} who it is for Redis where that is not
         * in {@code who}.
         */
        READY,
        BEGIN,
        END,
        /** The handler threw. */
        FAILED,
        /** Redis has the ack. */
        ACKED,
        /** Another has the event. */
        LEASE_LOST,
        DEAD,
        /** A reader. */
        READ,
        /** Events are missing; {@code what} is how many, if known. */
        GAP,
        RESET,
        /** Redis: has an ack, by its own log. */
        ACK_LOGGED,
        /** The test: that consumer was killed. */
        KILLED,
        /** A killed consumer had {@code id} pending. */
        HELD,
        /** From here on it stands still, or is told to. */
        PAUSED,
        /** It goes on, or has ended. */
        RESUMED,
        /** Redis, or the way to it, is not well. */
        BROKEN,
        HEALED,
        /** Event {@code id} was trimmed away. */
        TRIMMED,
        /** Redis may have forgotten acks of the last {@code what} microseconds. */
        ACKS_LOST,
        /** And events that were added in that time. */
        EVENTS_LOST
    }

    static Step now(String who, Did did) {
        return now(who, did, NOTHING, NOTHING);
    }

    /** It happens now. */
    public static Step now(String who, Did did, String what, String id) {
        return new Step(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()), who, did, what, id);
    }

    static Step parse(String line) {
        String[] words = line.split(" ");
        return new Step(Long.parseLong(words[0]), words[1], Did.valueOf(words[2]), words[3], words[4]);
    }

    /** Who is meant for Redis by one that is ready. */
    String consumer() {
        return id.equals(NOTHING) ? who.substring(who.indexOf('/') + 1) : id;
    }

    /** The sink of a consumer's step. */
    String sink() {
        return who.substring(0, who.indexOf('/'));
    }

    /** The key of a payload, {@code <writer>:<key>:<number>}, for sinks that keep an order by key. */
    static String key(String payload) {
        return payload.substring(payload.indexOf(':') + 1, payload.lastIndexOf(':'));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return micros + " " + who + " " + did + " " + what + " " + id;
    }
}
