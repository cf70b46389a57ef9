package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.internal.timed.PoolSide.By;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients say to Redis about the job of a key, wherever it is: stop it, try it anew, tell it something. An owner or id that
 * is not known, or not there, is the empty text. Thread-safe.
 */
final class ReachScripts {
    private static final Script STOP = PoolScript.repeatable("stop");
    private static final Script RETRY = PoolScript.repeatable("retry");
    private static final Script NOTE = PoolScript.repeatable("note");

    private final PoolKeys keys;

    ReachScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * A stop that is asked for. Owner, dispatch id and who dispatched it are guessed: wrong ones cost another round.
     *
     * @param by the plan for whose sake it is: a job that its schedule did not start is not touched; null for none
     */
    record StopRequest(
            String key,
            String ownerGuess,
            String idGuess,
            String dispatcherGuess,
            String client,
            String requestId,
            String onlyId,
            String onlyToken,
            @Nullable By by) {}

    /** What became of a stop that was asked for. */
    sealed interface Stop
            permits StoppedAtOnce,
                    Wished,
                    Elsewhere,
                    NotYours,
                    JobScripts.Superseded,
                    JobScripts.Unknown,
                    JobScripts.Recovering,
                    Gone {}

    /** No worker had it: it is over. */
    record StoppedAtOnce() implements Stop {}

    /** Its owner is asked; it is over when the key has no job of this dispatch id any more. */
    record Wished(String id, long token) implements Stop {}

    /** It has another owner, dispatch id, or client that dispatched it, than was guessed. */
    record Elsewhere(String owner, String id, String dispatcher) implements Stop {}

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
                keys.dead(),
                keys.replies(request.dispatcherGuess())));
        List<Object> arguments = new ArrayList<>(List.of(
                key,
                request.ownerGuess(),
                request.idGuess(),
                request.client(),
                request.requestId(),
                request.onlyId(),
                request.onlyToken(),
                request.dispatcherGuess()));
        PoolScript.addPlan(keys, request.by(), names, arguments);
        List<@Nullable Object> reply = Replies.list(redis.eval(STOP, names, arguments));
        return switch (word(reply)) {
            case "STOPPED" -> new StoppedAtOnce();
            case "WISHED" -> new Wished(text(reply, 1), decimal(reply, 2));
            case "LOOK" -> new Elsewhere(text(reply, 1), text(reply, 2), text(reply, 3));
            case "NOTYOURS" -> new NotYours();
            case "SUPERSEDED" -> new JobScripts.Superseded();
            case "UNKNOWN" -> new JobScripts.Unknown();
            case "RECOVERING" -> new JobScripts.Recovering();
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
    sealed interface Note permits Noted, OwnedBy, NotRunning, JobScripts.Unknown, JobScripts.Recovering, Gone {}

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
            case "UNKNOWN" -> new JobScripts.Unknown();
            case "RECOVERING" -> new JobScripts.Recovering();
            case "GONE" -> new Gone();
            default -> throw unknown("note", reply);
        };
    }
}
