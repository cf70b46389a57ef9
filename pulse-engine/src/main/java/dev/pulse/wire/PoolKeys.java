package dev.pulse.wire;

import java.util.Objects;

/**
 * The keys of one incarnation of a pool; our own, Go's pools have others. The name stands in braces in all of them, so
 * that Redis Cluster keeps them in one slot.
 *
 * @param pool the pool's name, checked by {@link Names#requirePoolName} before
 * @param incarnation 1 or more
 */
public record PoolKeys(String pool, long incarnation) {
    /** Throws {@link IllegalArgumentException} when {@code incarnation} is less than 1. */
    public PoolKeys {
        Objects.requireNonNull(pool, "pool");
        if (incarnation < 1) {
            throw new IllegalArgumentException("incarnation is 1 or more, was " + incarnation);
        }
    }

    /** The hash that says which incarnation there is, and in what state; it outlives all of them. */
    public static String pool(String pool) {
        return "pulse:pool:{" + pool + '}';
    }

    /** The same key as {@link #pool(String)}: all incarnations of a pool share it. */
    public String record() {
        return pool(pool);
    }

    /** What the keys of this incarnation begin with. */
    public String prefix() {
        return pool(pool) + ':' + incarnation + ':';
    }

    /** The hash with state, ring, counters and settings. */
    public String meta() {
        return prefix() + 'm';
    }

    /** The hash that is the record of a job. */
    public String job(String key) {
        return prefix() + "job:" + key;
    }

    /** The payload of a job, made and removed with its record. */
    public String payload(String key) {
        return prefix() + "pay:" + key;
    }

    /** The set of the keys a worker owns. */
    public String owned(String worker) {
        return prefix() + "own:" + worker;
    }

    /** The stream of what a worker has not yet handled. */
    public String inbox(String worker) {
        return prefix() + "in:" + worker;
    }

    /** The sorted set of the keys without a worker, by the time they were accepted. */
    public String waiting() {
        return prefix() + "wait";
    }

    /** The sorted set of jobs, {@code k:<key>}, and messages, {@code m:<id>}, that wait for a time. */
    public String due() {
        return prefix() + "due";
    }

    /** The sorted set of the keys given up, by the time of that. */
    public String dead() {
        return prefix() + "dead";
    }

    /** The hash with the outcome of a dispatch. */
    public String outcome(String dispatchId) {
        return prefix() + "d:" + dispatchId;
    }

    /** The stream of replies to a client. */
    public String replies(String client) {
        return prefix() + "re:" + client;
    }

    /** The sorted set of the live workers, by the end of their leases. */
    public String leases() {
        return prefix() + "lease";
    }

    /** The sorted set of the workers whose jobs are being given to others, by the time that began. */
    public String gone() {
        return prefix() + "gone";
    }

    /** The set of the workers that still say what they run after a loss of state. */
    public String reasserting() {
        return prefix() + "rec";
    }

    /** The hash that says what is known of a worker. */
    public String worker(String worker) {
        return prefix() + "w:" + worker;
    }

    /** The hash with a message that waits for another try. */
    public String message(String id) {
        return prefix() + "msg:" + id;
    }

    /** The sorted set of the tickers, by the time each is due next. */
    public String tickers() {
        return prefix() + "tick";
    }

    /** The hash that says when a ticker is due, and what of it was fired last. */
    public String ticker(String name) {
        return prefix() + "tick:" + name;
    }

    /** The sorted set of a ticker's listeners, by the time until which they count. */
    public String tickerListeners(String name) {
        return prefix() + "tick-on:" + name;
    }

    /** The sorted set of the schedules, by the time each is due next. */
    public String schedules() {
        return prefix() + "sched";
    }

    /** The hash that says when a schedule is due, who plans, and who does what was planned. */
    public String schedule(String name) {
        return prefix() + "sched:" + name;
    }

    /** The sorted set of a schedule's planners, by the time until which they count. */
    public String schedulePlanners(String name) {
        return prefix() + "sched-on:" + name;
    }

    /** The hash of what is still to be done for the present plan of a schedule. */
    public String plan(String schedule) {
        return prefix() + "sched-plan:" + schedule;
    }

    /** The set of the keys of jobs that a schedule has started; some may have ended. */
    public String scheduledJobs(String schedule) {
        return prefix() + "sched-jobs:" + schedule;
    }
}
