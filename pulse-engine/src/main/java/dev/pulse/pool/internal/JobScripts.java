package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.flag;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.internal.timed.PoolSide.By;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients say to Redis about a dispatch: that there is to be a job, what became of it, that there is to be none. An owner, id or client that is not known, or not there, is the empty text.
 * Thread-safe.
 */
final class JobScripts {
    private static final Script ADMIT = PoolScript.once("admit");
    private static final Script ADMIT_ONCE = PoolScript.repeatable("admit");
    private static final Script ASK = PoolScript.repeatable("ask");
    private static final Script WITHDRAW = PoolScript.repeatable("withdraw");

    private final PoolKeys keys;

    JobScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * A job to be accepted.
     *
     * @param digest of key and payload for a dispatch that starts at most one job, at most 64 characters; empty for others
     * @param client whom to tell that it started or failed
     * @param attempts how many are allowed; 0 for as many as the worker says. With at most one, a first start that throws
     *     ends it
     * @param workerNeeded whether it is refused when it would have to wait for a worker
     * @param untilEnd whether the client waits for the end of a task, and is not told that it begins
     * @param by the plan for whose sake it is, which has no delay; null for none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Request(
            String key,
            String id,
            String digest,
            byte[] payload,
            String client,
            int attempts,
            Duration delay,
            boolean workerNeeded,
            boolean untilEnd,
            @Nullable By by) {}

    /** What became of a job that was to be accepted. */
    sealed interface Admission
            permits Assigned,
                    Waiting,
                    Delayed,
                    Joined,
                    Conflict,
                    KeyTaken,
                    Full,
                    NoWorker,
                    Superseded,
                    RingChanged,
                    Closing,
                    Gone {}

    /** The schedule that it is for has another plan by now. */
    record Superseded() implements Admission, ReachScripts.Stop {}

    /** Accepted, and in the inbox of its owner. */
    record Assigned(long token) implements Admission {}

    /** Accepted; it waits for a worker. */
    record Waiting() implements Admission {}

    /** Accepted; it waits until its delay is over. */
    record Delayed() implements Admission {}

    /** The dispatch id was known: nothing new was accepted. */
    record Joined(Outcome known) implements Admission {}

    /** The dispatch id was used for another key or payload. */
    record Conflict() implements Admission {}

    /** The key belongs to a job of another dispatch id. */
    record KeyTaken(String id) implements Admission {}

    /** As many jobs are queued as the pool allows. */
    record Full() implements Admission {}

    /** It would have to wait for a worker. */
    record NoWorker() implements Admission {}

    /**
     * Accepts a job; tried again when the reply is lost only with a digest.
     *
     * @param first the worker in the first slot, which hands out what has become due; it is told of a job with a delay
     */
    Admission admit(Redis redis, long ringVersion, String owner, String first, Request job)
            throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(
                keys.meta(),
                keys.job(job.key()),
                keys.payload(job.key()),
                keys.outcome(job.id()),
                keys.owned(owner),
                keys.inbox(owner),
                keys.waiting(),
                keys.due()));
        if (!first.isEmpty() && !job.delay().isZero()) {
            names.add(keys.inbox(first));
        }
        List<Object> arguments = new ArrayList<>(List.of(
                ringVersion,
                owner,
                job.key(),
                job.id(),
                job.digest(),
                job.payload(),
                job.client(),
                job.attempts(),
                job.delay().toMillis(),
                flag(job.workerNeeded()),
                flag(job.untilEnd())));
        PoolScript.addPlan(keys, job.by(), names, arguments);
        List<@Nullable Object> reply =
                Replies.list(redis.eval(job.digest().isEmpty() ? ADMIT : ADMIT_ONCE, names, arguments));
        return switch (word(reply)) {
            case "OK" -> new Assigned(decimal(reply, 1));
            case "WAITING" -> new Waiting();
            case "DUE" -> new Delayed();
            case "JOINED" -> new Joined(outcome(reply));
            case "CONFLICT" -> new Conflict();
            case "EXISTS" -> new KeyTaken(text(reply, 1));
            case "FULL" -> new Full();
            case "NOWORKER" -> new NoWorker();
            case "SUPERSEDED" -> new Superseded();
            case "RING" -> RingChanged.of(reply, ringVersion);
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("admit", reply);
        };
    }

    /** What is known of a dispatch. */
    sealed interface Known permits Record, Outcome, Unknown, Recovering, Gone {}

    /**
     * There is a job.
     *
     * @param state assigned, running, waiting, due or dead
     * @param owner a worker, or empty
     * @param token of the owner, or 0
     * @param stopWished whether it is to be stopped
     * @param attempts of a task how many have begun; of another job how many starts failed since the last that succeeded
     * @param starts how many succeeded
     * @param error of the last attempt that failed
     */
    record Record(
            String id,
            String state,
            String owner,
            long token,
            boolean stopWished,
            int attempts,
            int starts,
            String error)
            implements Known, Withdrawal {}

    /**
     * There is no job, but its dispatch has an outcome.
     *
     * @param state pending, started, done, failed, stopped, dead, lost or withdrawn
     * @param token of the job, or 0
     * @param error if any, else empty
     * @param result of a task that is done, else empty
     * @param begun whether it has begun, however it ended
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Outcome(String state, long token, String error, byte[] result, boolean begun) implements Known, Withdrawal {
        private static final byte[] NONE = {};

        Outcome(String state, long token, String error, boolean begun) {
            this(state, token, error, NONE, begun);
        }

        boolean isPending() {
            return state.equals("pending");
        }
    }

    /** There is neither a job nor an outcome. */
    record Unknown() implements Known, ReachScripts.Stop, ReachScripts.Note {}

    /** The same, but Redis has lost its state, and workers are still saying what they run. */
    record Recovering() implements Known, Withdrawal, ReachScripts.Stop, ReachScripts.Note {}

    /** What is known of a dispatch id; with an empty one, of whatever job has the key. */
    Known ask(Redis redis, String key, String id) throws InterruptedException {
        List<@Nullable Object> reply =
                Replies.list(redis.eval(ASK, List.of(keys.meta(), keys.job(key), keys.outcome(id)), List.of(id)));
        return switch (word(reply)) {
            case "JOB" -> record(reply);
            case "OUTCOME" -> outcome(reply);
            case "UNKNOWN" -> new Unknown();
            case "RECOVERING" -> new Recovering();
            case "GONE" -> new Gone();
            default -> throw unknown("ask", reply);
        };
    }

    private static Record record(List<@Nullable Object> reply) {
        return new Record(
                text(reply, 1),
                text(reply, 2),
                text(reply, 3),
                decimal(reply, 4),
                flag(reply, 5),
                (int) decimal(reply, 6),
                (int) decimal(reply, 7),
                text(reply, 8));
    }

    private static Outcome outcome(List<@Nullable Object> reply) {
        String state = text(reply, 1);
        return state.equals("done")
                ? new Outcome(state, decimal(reply, 2), "", Replies.bytes(reply.get(3)), true)
                : new Outcome(state, decimal(reply, 2), text(reply, 3), flag(reply, 4));
    }

    /** What became of a dispatch that was to be withdrawn. */
    sealed interface Withdrawal permits Withdrawn, Record, Outcome, Recovering, Gone {}

    /** It was not known, and is never accepted. */
    record Withdrawn() implements Withdrawal {}

    /** Sees to it that a dispatch that is not known is never accepted. */
    Withdrawal withdraw(Redis redis, String key, String id) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(
                redis.eval(WITHDRAW, List.of(keys.meta(), keys.job(key), keys.outcome(id)), List.of(key, id)));
        return switch (word(reply)) {
            case "WITHDRAWN" -> new Withdrawn();
            case "JOB" -> record(reply);
            case "OUTCOME" -> outcome(reply);
            case "RECOVERING" -> new Recovering();
            case "GONE" -> new Gone();
            default -> throw unknown("withdraw", reply);
        };
    }
}
