package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.flag;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker says to Redis about a job that was given to it. All of it names the token, and changes nothing when the
 * job has another by now. What is not known, or not there, is the empty text. Thread-safe.
 */
final class OwnerScripts {
    private static final Script STARTED = PoolScript.repeatable("started");
    private static final Script FAIL = PoolScript.repeatable("fail");
    private static final Script LATER = PoolScript.repeatable("later");
    private static final Script STOPPED = PoolScript.repeatable("stopped");
    private static final Script REASSERT = PoolScript.repeatable("reassert");

    private final PoolKeys keys;

    OwnerScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * A job as a worker holds it.
     *
     * @param client whom to tell, from the start entry; empty when nobody waits
     */
    record Held(String worker, String key, long token, String id, String client) {}

    /** What became of a start that returned. */
    enum Started {
        OK,
        /** It counts, and the job is to be stopped. */
        WISHED,
        /** The job is not ours: it is to be stopped. */
        STALE,
        GONE
    }

    /**
     * Says that start has returned.
     *
     * @param entry id of the start entry; empty when that is gone
     */
    Started started(Redis redis, Held job, String entry) throws InterruptedException {
        return Started.valueOf(Replies.text(redis.eval(
                STARTED,
                List.of(
                        keys.meta(),
                        keys.job(job.key()),
                        keys.inbox(job.worker()),
                        keys.replies(job.client()),
                        keys.outcome(job.id())),
                List.of(job.key(), job.token(), entry))));
    }

    /** What became of a job that its owner says has ended. */
    enum Ended {
        OK,
        /** It was to be stopped, and is. */
        STOPPED,
        /** It is not ours: nothing was changed but the entries, which are gone. */
        STALE,
        GONE
    }

    /** Ends a job whose first start threw. */
    Ended fail(Redis redis, Held job, String error, List<String> entries) throws InterruptedException {
        List<Object> names = endingKeys(job);
        names.add(keys.replies(job.client()));
        List<Object> arguments = new ArrayList<>(List.of(job.key(), job.token(), error));
        arguments.addAll(entries);
        return Ended.valueOf(Replies.text(redis.eval(FAIL, names, arguments)));
    }

    private List<Object> endingKeys(Held job) {
        return new ArrayList<>(List.of(
                keys.meta(),
                keys.job(job.key()),
                keys.payload(job.key()),
                keys.outcome(job.id()),
                keys.owned(job.worker()),
                keys.inbox(job.worker())));
    }

    /** What a reply is about. */
    enum About {
        DISPATCH("d"),
        STOP("s"),
        MESSAGE("m");

        private final String code;

        About(String code) {
            this.code = code;
        }

        /** How it stands in Redis. */
        String code() {
            return code;
        }
    }

    /**
     * Somebody who is to be told.
     *
     * @param id of the dispatch or of the request
     */
    record Waiter(String client, About about, String id) {}

    /**
     * Says that a job's handler has returned, or never ran, and that the job is over.
     *
     * @param waiters who is told, each time it is said
     */
    Ended stopped(Redis redis, Held job, List<Waiter> waiters, List<String> entries) throws InterruptedException {
        List<Object> names = endingKeys(job);
        List<Object> arguments = new ArrayList<>(List.of(job.key(), job.token()));
        for (Waiter waiter : waiters) {
            names.add(keys.replies(waiter.client()));
            arguments.add(waiter.about().code());
            arguments.add(waiter.id());
        }
        arguments.addAll(entries);
        return Ended.valueOf(Replies.text(redis.eval(STOPPED, names, arguments)));
    }

    /** What became of an attempt that is to be made again later. */
    enum Postponed {
        DUE,
        /** No attempt is left. */
        DEAD,
        /** It was to be stopped, and is. */
        STOPPED,
        STALE,
        GONE
    }

    /**
     * An attempt that failed.
     *
     * @param counts whether it is one of those allowed
     * @param allowed how many may fail in a row
     */
    record Failure(Duration delay, String error, boolean counts, int allowed) {}

    /**
     * Puts a job aside until a time, or for good.
     *
     * @param first the worker in the first slot of the ring, which looks after due times; empty when there is none
     */
    Postponed later(Redis redis, Held job, Failure failure, String first, List<String> entries)
            throws InterruptedException {
        List<Object> names = endingKeys(job);
        names.addAll(List.of(keys.due(), keys.dead()));
        if (!first.isEmpty()) {
            names.add(keys.inbox(first));
        }
        List<Object> arguments = new ArrayList<>(List.of(
                job.key(),
                job.token(),
                failure.delay().toMillis(),
                failure.error(),
                flag(failure.counts()),
                failure.allowed()));
        arguments.addAll(entries);
        return Postponed.valueOf(Replies.text(redis.eval(LATER, names, arguments)));
    }

    /**
     * A job whose handler has not returned, as its worker remembers it.
     *
     * @param stopping whether it is being stopped
     * @param starts how many succeeded
     * @param attempts how many are allowed
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Running(String key, long token, String id, byte[] payload, boolean stopping, int starts, int attempts) {}

    /** What became of jobs that were re-asserted. */
    sealed interface Reassertion permits Reasserted, LeaseLost, Gone {}

    /** What became of each, in the order given. */
    record Reasserted(List<Claim> jobs) implements Reassertion {}

    /** What became of one. */
    enum Claim {
        /** It is this worker's, with its token. */
        OK,
        /** The same, and it is to be stopped. */
        WISHED,
        /** Another has it: it is to be stopped. */
        LOST,
        /** Somebody else's data is in one of its keys. */
        BROKEN
    }

    /**
     * Says what a worker still runs, after Redis lost its state or fell back to an older one.
     *
     * @param jobs at most {@value PlacementScripts#MOST}
     * @param last whether no others follow: until all workers have said that, nothing is handed out
     */
    Reassertion reassert(Redis redis, String worker, List<Running> jobs, boolean last) throws InterruptedException {
        PlacementScripts.requireBatch(jobs);
        List<Seen> seen = new ArrayList<>(
                jobs.stream().map(job -> new Seen(worker, job.id())).toList());
        while (true) {
            List<@Nullable Object> reply = Replies.list(redis.eval(
                    REASSERT, reassertKeys(worker, jobs, seen), reassertArguments(worker, jobs, seen, last)));
            switch (word(reply)) {
                case "OK" -> {}
                case "LOST" -> {
                    return new LeaseLost();
                }
                case "GONE" -> {
                    return new Gone();
                }
                default -> throw unknown("reassert", reply);
            }
            boolean again = false;
            List<Claim> claims = new ArrayList<>();
            for (int i = 0; i < jobs.size(); i++) {
                List<@Nullable Object> claim = Replies.list(reply.get(i + 1));
                if (word(claim).equals("LOOK")) {
                    // keys of what stands in its way: they have to be named, and this is the first we hear of them
                    seen.set(i, new Seen(text(claim, 1), text(claim, 2)));
                    again = true;
                } else {
                    claims.add(Claim.valueOf(word(claim)));
                }
            }
            if (!again) {
                return new Reasserted(claims);
            }
        }
    }

    /** Whose job it is by its record, and of which dispatch. */
    private record Seen(String owner, String id) {}

    private List<Object> reassertKeys(String worker, List<Running> jobs, List<Seen> seen) {
        List<Object> names = new ArrayList<>(List.of(
                keys.meta(),
                keys.leases(),
                keys.reasserting(),
                keys.waiting(),
                keys.due(),
                keys.dead(),
                keys.owned(worker),
                keys.inbox(worker)));
        for (int i = 0; i < jobs.size(); i++) {
            Running job = jobs.get(i);
            names.addAll(List.of(
                    keys.job(job.key()),
                    keys.payload(job.key()),
                    keys.outcome(job.id()),
                    keys.owned(seen.get(i).owner()),
                    keys.outcome(seen.get(i).id()),
                    keys.inbox(seen.get(i).owner())));
        }
        return names;
    }

    private static List<Object> reassertArguments(String worker, List<Running> jobs, List<Seen> seen, boolean last) {
        List<Object> arguments = new ArrayList<>(List.of(worker, flag(last)));
        for (int i = 0; i < jobs.size(); i++) {
            Running job = jobs.get(i);
            arguments.addAll(List.of(
                    job.key(),
                    job.token(),
                    job.id(),
                    job.payload(),
                    flag(job.stopping()),
                    job.starts(),
                    job.attempts(),
                    seen.get(i).owner(),
                    seen.get(i).id()));
        }
        return arguments;
    }
}
