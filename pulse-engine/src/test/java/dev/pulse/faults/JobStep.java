package dev.pulse.faults;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Something that was done in a pool or seen there, a line of a history.
 *
 * @param micros when, by the clock of this machine, which all processes and Redis share
 * @param who a member of the pool, or {@code redis}
 * @param key of a job, or what {@code did} says; without spaces
 * @param job the payload, of which each dispatch has another; without spaces
 * @param token under which the handler has it
 * @param note what {@code did} says; without spaces
 */
record JobStep(long micros, String who, Did did, String key, String job, long token, String note) {
    static final String NOTHING = "-";

    enum Did {
        /** A caller: is about to dispatch; {@code note} is {@code once} for one with an id, which is the payload. */
        DISPATCHING,
        /** Was told that it has begun. */
        ACCEPTED,
        /** Was told that it may have begun, or may begin. */
        UNKNOWN,
        /** Was told that it never begins. */
        REFUSED,
        /** Was told that it failed, or ended in another way. */
        FAILED,
        /** Was told that there is another job of the key. */
        EXISTS,
        /** Dispatched it once more, with its id; {@code note} is what it was told. */
        REPEATED,
        STOPPING,
        /** Was told that it has ended. */
        STOPPED,
        /** Was told that there is none. */
        NONE,
        /** Was told that it may have been stopped, or is going to be. */
        STOP_UNKNOWN,
        /** Adds nothing more. */
        RESTED,
        /** Is about to shut the pool down. */
        SHUTTING,
        /** Was told that it was shut down. */
        SHUT_DOWN,
        /** A member: can be told what to do. */
        OPENED,
        /** A worker: is there; {@code key} is its id. */
        JOINED,
        /** Is about to leave. */
        LEAVING,
        LEFT,
        /** Has lost its lease; {@code key} is its id. */
        LOST,
        /** The handler: is about to begin a job; {@code note} is the id of the worker. */
        BEGIN,
        RUNS,
        /** Threw instead. */
        THREW,
        /** Is about to end it. */
        ENDS,
        /** Has ended it. */
        ENDED,
        /** The test: that member was killed. */
        KILLED,
        PAUSED,
        RESUMED,
        /** The way of that member to Redis, or Redis, is not well. */
        BROKEN,
        HEALED,
        /** Redis may have forgotten what it was told in the last {@code note} microseconds. */
        FORGOT
    }

    static JobStep now(String who, Did did) {
        return now(who, did, NOTHING, NOTHING, 0, NOTHING);
    }

    static JobStep now(String who, Did did, String key, String job, long token, String note) {
        return new JobStep(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()), who, did, key, job, token, note);
    }

    static JobStep parse(String line) {
        String[] words = line.split(" ");
        return new JobStep(
                Long.parseLong(words[0]),
                words[1],
                Did.valueOf(words[2]),
                words[3],
                words[4],
                Long.parseLong(words[5]),
                words[6]);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return micros + " " + who + " " + did + " " + key + " " + job + " " + token + " " + note;
    }
}
