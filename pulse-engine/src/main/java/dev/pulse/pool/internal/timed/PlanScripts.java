package dev.pulse.pool.internal.timed;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.number;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.internal.PoolScript;
import dev.pulse.pool.internal.timed.TimesScripts.Closing;
import dev.pulse.pool.internal.timed.TimesScripts.Early;
import dev.pulse.pool.internal.timed.TimesScripts.Gone;
import dev.pulse.pool.internal.timed.TimesScripts.NoSuch;
import dev.pulse.pool.internal.timed.TimesScripts.Other;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the planners of one schedule say to Redis. Thread-safe. */
final class PlanScripts {
    private static final Script CLAIM = PoolScript.repeatable("plan_claim");
    private static final Script STORE = PoolScript.repeatable("plan_store");
    private static final Script TAKE = PoolScript.repeatable("plan_take");
    private static final Script JOBS = PoolScript.repeatable("plan_jobs");
    private static final Script ITEM = PoolScript.repeatable("plan_item");

    private final PoolKeys keys;
    private final String schedule;
    private final String planner;

    PlanScripts(PoolKeys keys, String schedule, String planner) {
        this.keys = keys;
        this.schedule = schedule;
        this.planner = planner;
    }

    /** What became of a due time that somebody wants to plan. */
    sealed interface Claim permits Claimed, Busy, Other, Early, Lost, NoSuch, Closing, Gone {}

    /** It is the caller's. */
    record Claimed(long micros, String token) implements Claim {}

    /** Another plans, for so long at least. */
    record Busy(long micros, Duration left) implements Claim {}

    /**
     * Claims a due time.
     *
     * @param version of the schedule
     * @param due when it was due next
     * @param planned the due time to be planned
     * @param lease for how long
     */
    Claim claim(Redis redis, long version, long due, long planned, Duration lease) throws InterruptedException {
        return claim(redis, version, due, planned, "", lease);
    }

    /**
     * Goes on with a claim, and makes none.
     *
     * @param token of the claim
     * @param lease for how long; zero gives it up
     */
    Claim goOn(Redis redis, long version, long due, long planned, String token, Duration lease)
            throws InterruptedException {
        return claim(redis, version, due, planned, token, lease);
    }

    private Claim claim(Redis redis, long version, long due, long planned, String token, Duration lease)
            throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                CLAIM,
                List.of(keys.meta(), keys.schedules(), keys.schedule(schedule)),
                List.of(schedule, planner, version, due, planned, lease.toMillis(), token)));
        return switch (word(reply)) {
            case "PLAN" -> new Claimed(decimal(reply, 1), text(reply, 3));
            case "BUSY" -> new Busy(decimal(reply, 1), Duration.ofMillis(number(reply, 3)));
            case "OTHER" -> new Other(decimal(reply, 1), decimal(reply, 2), decimal(reply, 3));
            case "EARLY" -> new Early(decimal(reply, 1), decimal(reply, 2));
            case "LOST" -> new Lost();
            case "UNKNOWN" -> new NoSuch();
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("plan_claim", reply);
        };
    }

    /** What became of a plan. */
    sealed interface Storing permits Stored, Lost, Closing, Gone {}

    /** It is the one for its due time; it is due then next. */
    record Stored(long micros, long next) implements Storing {}

    /** The claim was lost. */
    record Lost() implements Claim, Storing {}

    /** Takes a plan: names and values of what is to be done. The planner does it for so long, if nobody hears of it. */
    Storing store(Redis redis, long version, String token, long next, Duration lease, Map<String, byte[]> items)
            throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(schedule, planner, token, version, next, lease.toMillis()));
        items.forEach((name, value) -> {
            arguments.add(name);
            arguments.add(value);
        });
        List<@Nullable Object> reply = Replies.list(redis.eval(
                STORE,
                List.of(
                        keys.meta(),
                        keys.schedules(),
                        keys.schedule(schedule),
                        keys.plan(schedule),
                        keys.scheduledJobs(schedule)),
                arguments));
        return switch (word(reply)) {
            case "STORED" -> new Stored(decimal(reply, 1), decimal(reply, 2));
            case "LOST" -> new Lost();
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("plan_store", reply);
        };
    }

    /** What is left of a plan, for whoever wants to do it. */
    sealed interface Taking permits Taken, Nothing, Gone {}

    /** It is the caller's. */
    record Taken(String token, long due, Map<String, byte[]> items) implements Taking {}

    /** Nothing is left, or another does it. */
    record Nothing() implements Taking {}

    /**
     * Takes what is left of the present plan, or goes on with it.
     *
     * @param lease for how long; zero leaves it to others
     * @param known token of the plan whose items are known already, or empty
     */
    Taking take(Redis redis, Duration lease, String known) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                TAKE,
                List.of(keys.meta(), keys.schedule(schedule), keys.plan(schedule)),
                List.of(planner, lease.toMillis(), known)));
        return switch (word(reply)) {
            case "OURS" -> new Taken(text(reply, 1), decimal(reply, 2), items(Replies.list(reply.get(3))));
            case "NONE" -> new Nothing();
            case "GONE" -> new Gone();
            default -> throw unknown("plan_take", reply);
        };
    }

    private static Map<String, byte[]> items(List<@Nullable Object> pairs) {
        Map<String, byte[]> items = new LinkedHashMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            items.put(Replies.text(pairs.get(i)), Replies.bytes(pairs.get(i + 1)));
        }
        return items;
    }

    /** Whether the plan is still the present one. */
    enum Standing {
        OK,
        STALE,
        GONE
    }

    /** Goes through some jobs that the schedule started: forgets what ended, has stopped what the plan wants stopped. */
    Standing jobs(Redis redis, String token, List<String> jobs) throws InterruptedException {
        List<Object> names = new ArrayList<>(
                List.of(keys.meta(), keys.schedule(schedule), keys.plan(schedule), keys.scheduledJobs(schedule)));
        List<Object> arguments = new ArrayList<>(List.of(schedule, token));
        for (String job : jobs) {
            names.add(keys.job(job));
            arguments.add(job);
        }
        return Standing.valueOf(Replies.text(redis.eval(JOBS, names, arguments)));
    }

    /** Says that something is done. */
    Standing done(Redis redis, String token, String item) throws InterruptedException {
        return next(redis, token, item, new byte[0]);
    }

    /** Says how something is to be tried next. */
    Standing next(Redis redis, String token, String item, byte[] value) throws InterruptedException {
        return Standing.valueOf(Replies.text(redis.eval(
                ITEM,
                List.of(keys.meta(), keys.schedule(schedule), keys.plan(schedule)),
                List.of(token, item, value))));
    }
}
