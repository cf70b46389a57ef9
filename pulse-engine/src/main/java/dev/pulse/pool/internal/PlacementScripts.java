package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.internal.PoolReads.JobSeen;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jobs that get another owner, up to {@value #MOST} at once. Thread-safe. */
final class PlacementScripts {
    /** How many jobs one call may name: others wait for Redis meanwhile. */
    static final int MOST = 100;

    private static final Script MOVE = PoolScript.repeatable("move");
    private static final Script SWEEP_STEP = PoolScript.repeatable("sweep_step");
    private static final Script PLACE = PoolScript.repeatable("place");
    private static final Script DROP_DUE = PoolScript.repeatable("drop_due");

    private final PoolKeys keys;

    PlacementScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * A job that is to leave its owner.
     *
     * @param id its dispatch id
     * @param token what it has there
     * @param entry id of its start entry, if that is not yet handled; else empty
     * @param client who dispatched it, and is told when it was to be stopped; may be empty
     * @param target the new owner; empty for none, so that it waits
     */
    record Moving(String key, String id, long token, String entry, String client, String target) {
        /** A job as it stands in Redis, to whom it belongs by this ring. */
        static Moving of(JobSeen job, Ring ring) {
            return new Moving(
                    job.key(),
                    job.id(),
                    job.token(),
                    "",
                    job.client(),
                    ring.ownerOf(job.key()).orElse(""));
        }
    }

    /**
     * A job without owner that is to get one.
     *
     * @param id its dispatch id
     * @param client who dispatched it, and is told when it was to be stopped; may be empty
     * @param target the owner; empty for none, so that it waits
     */
    record Placing(String key, String id, String client, String target) {}

    /** What became of some jobs. */
    sealed interface Batch permits Placed, NotSwept, Hold, RingChanged, Closing, Gone {}

    /** What became of each, in the order given. */
    record Placed(List<Placement> jobs) implements Batch {}

    /** The worker is not being swept. */
    record NotSwept() implements Batch {}

    /** Nothing is handed out: the pool is paused, or recovers from a loss of state. */
    record Hold() implements Batch {}

    /**
     * What became of one.
     *
     * @param token its new token; 0 unless it was handed out
     */
    record Placement(Kind kind, long token) {
        /** What became of it. */
        enum Kind {
            /** It is in the inbox of its new owner. */
            HANDED_OUT,
            /** It waits for a worker. */
            WAITING,
            /** It was to be stopped, and is over. */
            STOPPED,
            /** It has another owner, token or dispatch id by now, or is gone. */
            STALE,
            /** Its time has not come. */
            NOTYET,
            /** Somebody else's data is in one of its keys: it stays where it is. */
            BROKEN
        }

        private static Placement of(@Nullable Object reply) {
            String text = Replies.text(reply);
            return Character.isDigit(text.charAt(0))
                    ? new Placement(Kind.HANDED_OUT, Long.parseLong(text))
                    : new Placement(Kind.valueOf(text), 0);
        }
    }

    /** Moves jobs that their owner has stopped, or never started. */
    Batch move(Redis redis, long ringVersion, String owner, List<Moving> jobs) throws InterruptedException {
        return leave(redis, MOVE, List.of(), ringVersion, owner, jobs);
    }

    /** Gives away jobs of a worker that is being swept. */
    Batch sweepStep(Redis redis, long ringVersion, String owner, List<Moving> jobs) throws InterruptedException {
        return leave(redis, SWEEP_STEP, List.of(keys.gone()), ringVersion, owner, jobs);
    }

    private Batch leave(
            Redis redis, Script script, List<Object> more, long ringVersion, String owner, List<Moving> jobs)
            throws InterruptedException {
        List<Object> names =
                new ArrayList<>(List.of(keys.meta(), keys.owned(owner), keys.inbox(owner), keys.waiting()));
        names.addAll(more);
        List<Object> arguments = new ArrayList<>(List.of(ringVersion, owner));
        Map<String, Integer> targets =
                addTargets(names, arguments, jobs.stream().map(Moving::target).toList());
        for (Moving job : jobs) {
            addJob(names, job.key(), job.id(), job.client());
            arguments.addAll(List.of(job.key(), job.token(), job.entry(), targets.getOrDefault(job.target(), 0)));
        }
        return batch(redis, script, names, arguments);
    }

    /** Gives jobs that wait for a worker, or for a time that has come, to their owners. */
    Batch place(Redis redis, long ringVersion, List<Placing> jobs) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.waiting(), keys.due()));
        List<Object> arguments = new ArrayList<>(List.of(ringVersion));
        Map<String, Integer> targets =
                addTargets(names, arguments, jobs.stream().map(Placing::target).toList());
        for (Placing job : jobs) {
            addJob(names, job.key(), job.id(), job.client());
            arguments.addAll(List.of(job.key(), job.id(), "", targets.getOrDefault(job.target(), 0)));
        }
        return batch(redis, PLACE, names, arguments);
    }

    /** Drops what is neither a job nor a message from among what waits for a time. Returns how many there were. */
    long dropDue(Redis redis, List<String> foreign) throws InterruptedException {
        requireBatch(foreign);
        return Replies.number(redis.eval(DROP_DUE, List.of(keys.meta(), keys.due()), List.copyOf(foreign)));
    }

    /** Names each target once. Returns their numbers, from 1. */
    private Map<String, Integer> addTargets(List<Object> names, List<Object> arguments, List<String> wanted) {
        requireBatch(wanted);
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (String target : wanted) {
            if (!target.isEmpty() && !numbers.containsKey(target)) {
                numbers.put(target, numbers.size() + 1);
                names.add(keys.owned(target));
                names.add(keys.inbox(target));
            }
        }
        arguments.add(numbers.size());
        arguments.addAll(numbers.keySet());
        return numbers;
    }

    static void requireBatch(Collection<?> batch) {
        if (batch.size() > MOST) {
            throw new IllegalArgumentException("at most " + MOST + " at once, were " + batch.size());
        }
    }

    private void addJob(List<Object> names, String key, String id, String client) {
        names.addAll(List.of(keys.job(key), keys.payload(key), keys.outcome(id), keys.replies(client)));
    }

    private static Batch batch(Redis redis, Script script, List<Object> names, List<Object> arguments)
            throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(script, names, arguments));
        return switch (word(reply)) {
            case "OK" -> new Placed(reply.stream().skip(1).map(Placement::of).toList());
            case "NOTSWEPT" -> new NotSwept();
            case "HOLD" -> new Hold();
            case "RING" -> RingChanged.of(reply, (Long) arguments.getFirst());
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown(script.toString(), reply);
        };
    }
}
