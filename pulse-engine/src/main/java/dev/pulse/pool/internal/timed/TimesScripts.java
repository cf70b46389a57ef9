package dev.pulse.pool.internal.timed;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.number;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.internal.PoolScript;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What listeners of tickers and planners of schedules say to Redis. Thread-safe. */
final class TimesScripts {
    private static final Script REGISTER = PoolScript.repeatable("times_register");
    private static final Script LOOK = PoolScript.repeatable("times_look");
    private static final Script TICK = PoolScript.repeatable("tick");
    private static final Script CLEAN = PoolScript.repeatable("clean_times");

    private final PoolKeys keys;

    TimesScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /** One listener of one ticker or schedule. */
    record Listener(Kind kind, String name, String id) {}

    /** What was seen of one ticker or schedule. */
    sealed interface Sighting permits Known, Missing, Foreign {}

    /** There is none of that name. */
    record Missing() implements Sighting {}

    /** Somebody else has written to its keys. */
    record Foreign(String why) implements Sighting {}

    /**
     * A ticker or schedule as it stands in Redis.
     *
     * @param version another one means that it is due at other times
     * @param next when it is due, in ms since 1970
     * @param timetable as {@link TimetableText} has it
     * @param policy for what was missed, of a ticker
     * @param listeners who listens to it
     * @param free after which time anybody may take over what is left of a plan; empty when nothing is
     */
    record Known(
            long version, long next, String timetable, String policy, List<String> listeners, Optional<Duration> free)
            implements Sighting {}

    /** The pool is being shut down. */
    record Closing() implements Registration, Sight, Tick, PlanScripts.Claim, PlanScripts.Storing {}

    /** There is no such incarnation of the pool any more. */
    record Gone() implements Registration, Sight, Tick, PlanScripts.Claim, PlanScripts.Storing, PlanScripts.Taking {}

    /** What became of a registration. */
    sealed interface Registration permits Registered, Closing, Gone {}

    /** It is this; {@code micros} is the time in Redis. */
    record Registered(long micros, Known known) implements Registration {}

    /**
     * Registers a listener, and makes or changes what it listens to.
     *
     * @param counts for how long the listener counts
     * @param first when it is due first, if it is new
     * @param changes whether another timetable or policy is changed to this one
     */
    Registration register(
            Redis redis,
            Listener listener,
            Duration counts,
            String timetable,
            String policy,
            long first,
            boolean changes)
            throws InterruptedException {
        Kind kind = listener.kind();
        List<@Nullable Object> reply = Replies.list(redis.eval(
                REGISTER,
                List.of(
                        keys.meta(),
                        kind.all(keys),
                        kind.one(keys, listener.name()),
                        kind.listeners(keys, listener.name())),
                List.of(
                        listener.name(),
                        listener.id(),
                        counts.toMillis(),
                        timetable,
                        policy,
                        first,
                        PoolScript.flag(changes))));
        return switch (word(reply)) {
            case "OK" -> new Registered(decimal(reply, 1), known(reply, 2));
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("times_register", reply);
        };
    }

    private static Known known(List<@Nullable Object> reply, int from) {
        long free = number(reply, from + 5);
        return new Known(
                decimal(reply, from),
                decimal(reply, from + 1),
                text(reply, from + 2),
                text(reply, from + 3),
                Replies.list(reply.get(from + 4)).stream().map(Replies::text).toList(),
                free < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(free)));
    }

    /** What was seen. */
    sealed interface Sight permits Seen, Closing, Gone {}

    /** What is known of each, in the order they were named; {@code micros} is the time in Redis. */
    record Seen(long micros, List<Sighting> all) implements Sight {}

    /** Looks at what is listened to, and has the listeners count for so long from now on. */
    Sight look(Redis redis, List<Listener> listeners, Duration counts) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.tickers(), keys.schedules()));
        List<Object> arguments = new ArrayList<>(List.of(counts.toMillis()));
        for (Listener listener : listeners) {
            Kind kind = listener.kind();
            names.addAll(List.of(kind.one(keys, listener.name()), kind.listeners(keys, listener.name())));
            arguments.addAll(List.of(kind.word(), listener.name(), listener.id()));
        }
        List<@Nullable Object> reply = Replies.list(redis.eval(LOOK, names, arguments));
        return switch (word(reply)) {
            case "OK" -> {
                List<Sighting> all = new ArrayList<>();
                for (Object one : reply.subList(2, reply.size())) {
                    all.add(sighting(Replies.list(one)));
                }
                yield new Seen(decimal(reply, 1), all);
            }
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("times_look", reply);
        };
    }

    private static Sighting sighting(List<@Nullable Object> fields) {
        return switch (fields.size()) {
            case 0 -> new Missing();
            case 1 -> new Foreign(text(fields, 0));
            default -> known(fields, 0);
        };
    }

    /** What became of a due time that somebody wanted to fire, or plan. */
    sealed interface Tick permits Fired, Skipped, Other, Early, NoSuch, Closing, Gone {}

    /** It is the caller's to fire. */
    record Fired(long micros, long next, long token, long missed, long due) implements Tick {}

    /** It is passed over. */
    record Skipped(long micros, long next) implements Tick {}

    /** Somebody else did that, or it is due at other times; it is due then next. */
    record Other(long micros, long next, long version) implements Tick, PlanScripts.Claim {}

    /** It is not yet time. */
    record Early(long micros, long next) implements Tick, PlanScripts.Claim {}

    /** There is none of that name. */
    record NoSuch() implements Tick, PlanScripts.Claim {}

    /**
     * Takes due times off.
     *
     * @param request made for this; said again when nobody answered
     * @param version of the ticker
     * @param due when it was due next
     */
    Tick tick(Redis redis, String name, String request, long version, long due, DueTimes.Turn turn)
            throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                TICK,
                List.of(keys.meta(), keys.tickers(), keys.ticker(name)),
                List.of(name, request, version, due, turn.skips() ? "" : turn.fire(), turn.next(), turn.missed())));
        return switch (word(reply)) {
            case "FIRED" ->
                new Fired(
                        decimal(reply, 1), decimal(reply, 2), decimal(reply, 3), decimal(reply, 4), decimal(reply, 5));
            case "SKIPPED" -> new Skipped(decimal(reply, 1), decimal(reply, 2));
            case "OTHER" -> new Other(decimal(reply, 1), decimal(reply, 2), decimal(reply, 3));
            case "EARLY" -> new Early(decimal(reply, 1), decimal(reply, 2));
            case "UNKNOWN" -> new NoSuch();
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("tick", reply);
        };
    }

    /** Removes these from a pool that is being shut down; false when that is over. */
    boolean clean(Redis redis, Kind kind, Collection<String> names) throws InterruptedException {
        List<Object> all = new ArrayList<>(List.of(keys.meta(), kind.all(keys)));
        names.forEach(name -> all.addAll(kind.keysOf(keys, name)));
        return Replies.text(redis.eval(CLEAN, all, List.copyOf(names))).equals("OK");
    }
}
