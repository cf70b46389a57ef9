package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.flag;
import static dev.pulse.pool.internal.PoolScript.number;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.internal.timed.ScheduledId;
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
    private static final Script BEGIN = PoolScript.repeatable("begin");
    private static final Script FINISH = PoolScript.repeatable("finish");
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

    /** What became of a task whose handler is to be called. */
    sealed interface Begun permits Attempt, NotBegun {}

    /**
     * Its handler may be called, and that is counted.
     *
     * @param number of the attempt, from 1 on
     * @param payload of the job, if it was wanted; else empty
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Attempt(int number, byte[] payload) implements Begun {}

    /** Its handler is not to be called. */
    enum NotBegun implements Begun {
        /** The job is to be stopped. */
        WISHED,
        /** Nothing is handed out now: it is to be given away, and waits. */
        HOLD,
        /** It has no attempt left. */
        SPENT,
        /** The job is not ours. */
        STALE,
        GONE
    }

    /**
     * Counts an attempt of a task, before its handler is called; once for a token.
     *
     * @param entry id of the start entry; empty when that is gone
     * @param allowed how many attempts there are when the job does not say
     * @param payloadWanted whether the payload is not known here
     */
    Begun begin(Redis redis, Held job, String entry, int allowed, boolean payloadWanted) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                BEGIN,
                List.of(
                        keys.meta(),
                        keys.job(job.key()),
                        keys.inbox(job.worker()),
                        keys.replies(job.client()),
                        keys.outcome(job.id()),
                        keys.payload(job.key())),
                List.of(job.key(), job.token(), entry, allowed, flag(payloadWanted))));
        return word(reply).equals("OK")
                ? new Attempt((int) number(reply, 1), Replies.bytes(reply.get(2)))
                : NotBegun.valueOf(word(reply));
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

    /** Ends a task that is done, with its result. */
    Ended finish(Redis redis, Held job, byte[] result, List<String> entries) throws InterruptedException {
        return end(redis, FINISH, job, result, entries);
    }

    /** Ends a job whose first start threw. */
    Ended fail(Redis redis, Held job, String error, List<String> entries) throws InterruptedException {
        return end(redis, FAIL, job, error, entries);
    }

    private Ended end(Redis redis, Script script, Held job, Object with, List<String> entries)
            throws InterruptedException {
        List<Object> names = endingKeys(job);
        names.add(keys.replies(job.client()));
        List<Object> arguments = new ArrayList<>(List.of(job.key(), job.token(), with));
        arguments.addAll(entries);
        return Ended.valueOf(Replies.text(redis.eval(script, names, arguments)));
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
     * @param waiters who is told, each time it is said; who waits for the end of the job is told anyway
     */
    Ended stopped(Redis redis, Held job, List<Waiter> waiters, List<String> entries) throws InterruptedException {
        List<Object> names = endingKeys(job);
        names.add(keys.replies(job.client()));
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

    /** What an attempt is to the count of those that are allowed. */
    enum Count {
        /** It is counted now: a start that failed. */
        ADDED(1),
        /** It was counted as it began: a task that failed. */
        KEPT(0),
        /** It was counted as it began, and is not to be: a task that did not fail. */
        TAKEN_BACK(-1);

        private final int more;

        Count(int more) {
            this.more = more;
        }
    }

    /**
     * An attempt that did not end the job.
     *
     * @param allowed how many may fail in a row; with 0 it is given up at once
     */
    record Failure(Duration delay, String error, Count count, int allowed) {}

    /**
     * Puts a job aside until a time, or for good.
     *
     * @param first the worker in the first slot of the ring, which looks after due times; empty when there is none
     */
    Postponed later(Redis redis, Held job, Failure failure, String first, List<String> entries)
            throws InterruptedException {
        List<Object> names = endingKeys(job);
        names.addAll(List.of(keys.due(), keys.dead(), keys.replies(job.client())));
        if (!first.isEmpty()) {
            names.add(keys.inbox(first));
        }
        List<Object> arguments = new ArrayList<>(List.of(
                job.key(),
                job.token(),
                failure.delay().toMillis(),
                failure.error(),
                failure.count().more,
                failure.allowed()));
        arguments.addAll(entries);
        return Postponed.valueOf(Replies.text(redis.eval(LATER, names, arguments)));
    }

    /**
     * A job whose handler has not returned, as its worker remembers it.
     *
     * @param stopping whether it is being stopped
     * @param starts how many succeeded
     * @param allowed how many attempts it has; 0 when it does not say
     * @param begun which attempt of a task this is; 0 when it is none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Running(
            String key, long token, String id, byte[] payload, boolean stopping, int starts, int allowed, int begun) {}

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
                    keys.inbox(seen.get(i).owner()),
                    keys.scheduledJobs(scheduleOf(job))));
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
                    job.allowed(),
                    job.begun(),
                    seen.get(i).owner(),
                    seen.get(i).id(),
                    scheduleOf(job)));
        }
        return arguments;
    }

    private static String scheduleOf(Running job) {
        return ScheduledId.scheduleOf(job.id(), job.key()).orElse("");
    }
}
