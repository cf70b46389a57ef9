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
 * What clients say to Redis about a job. An owner, id or client that is not known, or not there, is the empty text.
 * Thread-safe.
 */
final class JobScripts {
    private static final Script ADMIT = PoolScript.once("admit");
    private static final Script ADMIT_ONCE = PoolScript.repeatable("admit");
    private static final Script ASK = PoolScript.repeatable("ask");
    private static final Script WITHDRAW = PoolScript.repeatable("withdraw");
    private static final Script STOP = PoolScript.repeatable("stop");
    private static final Script RETRY = PoolScript.repeatable("retry");
    private static final Script NOTE = PoolScript.repeatable("note");

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
            @Nullable By by) {
        /** One that no schedule starts, and whose client waits for its begin. */
        Request(
                String key,
                String id,
                String digest,
                byte[] payload,
                String client,
                int attempts,
                Duration delay,
                boolean workerNeeded) {
            this(key, id, digest, payload, client, attempts, delay, workerNeeded, false, null);
        }
    }

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
    record Superseded() implements Admission, Stop {}

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

    /** Accepts a job; tried again when the reply is lost only with a digest. */
    Admission admit(Redis redis, long ringVersion, String owner, Request job) throws InterruptedException {
        return admit(redis, ringVersion, owner, "", job);
    }

    /**
     * The same.
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
        addPlan(job.by(), names, arguments);
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

    private void addPlan(@Nullable By by, List<Object> names, List<Object> arguments) {
        if (by != null) {
            names.addAll(List.of(keys.schedule(by.schedule()), keys.scheduledJobs(by.schedule())));
            arguments.addAll(List.of(by.schedule(), by.token()));
        }
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
    record Unknown() implements Known, Stop, Note {}

    /** The same, but Redis has lost its state, and workers are still saying what they run. */
    record Recovering() implements Known, Withdrawal, Stop, Note {}

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

    /**
     * A stop that is asked for. An owner and a dispatch id are guessed: wrong ones cost another round.
     *
     * @param by the plan for whose sake it is: a job that its schedule did not start is not touched; null for none
     */
    record StopRequest(
            String key,
            String ownerGuess,
            String idGuess,
            String client,
            String requestId,
            String onlyId,
            String onlyToken,
            @Nullable By by) {
        /** One that no schedule asks for. */
        StopRequest(
                String key,
                String ownerGuess,
                String idGuess,
                String client,
                String requestId,
                String onlyId,
                String onlyToken) {
            this(key, ownerGuess, idGuess, client, requestId, onlyId, onlyToken, null);
        }
    }

    /** What became of a stop that was asked for. */
    sealed interface Stop permits StoppedAtOnce, Wished, Elsewhere, NotYours, Superseded, Unknown, Recovering, Gone {}

    /** No worker had it: it is over. */
    record StoppedAtOnce() implements Stop {}

    /** Its owner is asked; it is over when the key has no job of this dispatch id any more. */
    record Wished(String id, long token) implements Stop {}

    /** It has another owner, or another dispatch id, than was guessed. */
    record Elsewhere(String owner, String id) implements Stop {}

    /** The condition does not hold. */
    record NotYours() implements Stop {}

    /** Asks for a job to be stopped. */
    Stop stop(Redis redis, StopRequest request) throws InterruptedException {
        String key = request.key();
        List<Object> names = new ArrayList<>(List.of(
                keys.meta(),
                keys.job(key),
                keys.payload(key),
                keys.outcome(request.idGuess()),
                keys.inbox(request.ownerGuess()),
                keys.waiting(),
                keys.due(),
                keys.dead()));
        List<Object> arguments = new ArrayList<>(List.of(
                key,
                request.ownerGuess(),
                request.idGuess(),
                request.client(),
                request.requestId(),
                request.onlyId(),
                request.onlyToken()));
        addPlan(request.by(), names, arguments);
        List<@Nullable Object> reply = Replies.list(redis.eval(STOP, names, arguments));
        return switch (word(reply)) {
            case "STOPPED" -> new StoppedAtOnce();
            case "WISHED" -> new Wished(text(reply, 1), decimal(reply, 2));
            case "LOOK" -> new Elsewhere(text(reply, 1), text(reply, 2));
            case "NOTYOURS" -> new NotYours();
            case "SUPERSEDED" -> new Superseded();
            case "UNKNOWN" -> new Unknown();
            case "RECOVERING" -> new Recovering();
            case "GONE" -> new Gone();
            default -> throw unknown("stop", reply);
        };
    }

    /** What became of a dead job that was to be tried anew. */
    enum Retried {
        OK,
        /** There is no such dead job. */
        UNKNOWN,
        /** As many jobs are queued as the pool allows. */
        FULL,
        CLOSING,
        GONE
    }

    /**
     * Has a dead job tried anew, as if it had never been tried.
     *
     * @param idGuess its dispatch id; a wrong one costs another round
     * @param requestId a new one for each request: said again it is the same one
     * @param first the worker in the first slot of the ring, which looks after due times; empty when there is none
     */
    Retried retry(Redis redis, String key, String idGuess, String requestId, String first) throws InterruptedException {
        String id = idGuess;
        while (true) {
            List<Object> names =
                    new ArrayList<>(List.of(keys.meta(), keys.job(key), keys.dead(), keys.due(), keys.outcome(id)));
            if (!first.isEmpty()) {
                names.add(keys.inbox(first));
            }
            List<@Nullable Object> reply = Replies.list(redis.eval(RETRY, names, List.of(key, id, requestId)));
            if (!word(reply).equals("LOOK")) {
                return Retried.valueOf(word(reply));
            }
            id = text(reply, 1);
        }
    }

    /** A notification. An owner that was guessed wrongly costs another round. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Notification(String key, String ownerGuess, byte[] payload, String client, String requestId) {}

    /** What became of a notification. */
    sealed interface Note permits Noted, OwnedBy, NotRunning, Unknown, Recovering, Gone {}

    /** It is in the owner's inbox. */
    record Noted() implements Note {}

    /** The job has another owner than was guessed. */
    record OwnedBy(String owner) implements Note {}

    /** No worker has the job. */
    record NotRunning() implements Note {}

    /** Sends a notification to a job. */
    Note note(Redis redis, Notification note) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                NOTE,
                List.of(keys.meta(), keys.job(note.key()), keys.inbox(note.ownerGuess())),
                List.of(note.key(), note.ownerGuess(), note.payload(), note.client(), note.requestId())));
        return switch (word(reply)) {
            case "OK" -> new Noted();
            case "LOOK" -> new OwnedBy(text(reply, 1));
            case "NOTRUNNING" -> new NotRunning();
            case "UNKNOWN" -> new Unknown();
            case "RECOVERING" -> new Recovering();
            case "GONE" -> new Gone();
            default -> throw unknown("note", reply);
        };
    }
}
