package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The life of a pool: its incarnations and their settings. Thread-safe. */
final class PoolScripts {
    private static final Script OPEN = PoolScript.repeatable("open");
    private static final Script CONFIG = PoolScript.repeatable("config");
    private static final Script SHUTDOWN = PoolScript.repeatable("shutdown");
    private static final Script CLEAN_STEP = PoolScript.repeatable("clean_step");
    private static final Script CLEAN_END = PoolScript.repeatable("clean_end");

    private final String pool;

    PoolScripts(String pool) {
        this.pool = pool;
    }

    /** What a pool was found to be. */
    sealed interface Opening permits Open, ShuttingDown, Unsupported {}

    /** This incarnation is open. */
    record Open(PoolKeys keys) implements Opening {}

    /** This incarnation is being shut down; when that is done, the next can be made. */
    record ShuttingDown(PoolKeys keys) implements Opening {}

    /** Another version of us has written it in a format we do not know. */
    record Unsupported(String format) implements Opening {}

    /**
     * Adopts the pool's incarnation, or makes the next one.
     *
     * @param known the incarnation the caller was part of until it vanished; 0 for none. When another has to be made, it
     *     waits for workers that say what they still run
     * @param settings names and values of what a new one has: T, S, max, mmax, ret
     */
    Opening open(Redis redis, long known, Map<String, Long> settings) throws InterruptedException {
        long named = Math.max(1, known);
        String before = "";
        while (true) {
            PoolKeys keys = new PoolKeys(pool, named);
            List<Object> arguments = new ArrayList<>(List.of(named, before, known));
            settings.forEach((name, value) -> arguments.addAll(List.of(name, value)));
            List<@Nullable Object> reply =
                    Replies.list(redis.eval(OPEN, List.of(keys.record(), keys.meta()), arguments));
            switch (word(reply)) {
                case "OPEN" -> {
                    return new Open(keys);
                }
                case "CLOSING" -> {
                    return new ShuttingDown(keys);
                }
                case "FORMAT" -> {
                    return new Unsupported(text(reply, 1));
                }
                case "LOOK" -> {
                    named = decimal(reply, 1);
                    before = "";
                }
                case "NEXT" -> {
                    before = text(reply, 1);
                    named = decimal(reply, 2);
                }
                default -> throw unknown("open", reply);
            }
        }
    }

    /** What became of a change of settings. */
    sealed interface Change permits Changed, ChangedByOthers, Gone {}

    /** The settings are as wished. */
    record Changed(long settingsVersion) implements Change {}

    /** Others have changed them since they were read: nothing was changed. */
    record ChangedByOthers(long settingsVersion) implements Change {}

    /**
     * Changes shared settings.
     *
     * @param known version of the settings as they were read
     * @param settings names and values as in {@link PoolReads.Meta#fields}
     * @param told workers that are to look at what waits
     */
    Change change(Redis redis, PoolKeys keys, long known, Map<String, Long> settings, List<String> told)
            throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.meta()));
        told.forEach(worker -> names.add(keys.inbox(worker)));
        List<Object> arguments = new ArrayList<>(List.of(known));
        settings.forEach((name, value) -> arguments.addAll(List.of(name, value)));
        List<@Nullable Object> reply = Replies.list(redis.eval(CONFIG, names, arguments));
        return switch (word(reply)) {
            case "OK" -> new Changed(decimal(reply, 1));
            case "CHANGED" -> new ChangedByOthers(decimal(reply, 1));
            case "GONE" -> new Gone();
            default -> throw unknown("config", reply);
        };
    }

    /** What became of a step towards the end of an incarnation. */
    enum Ending {
        OK,
        /** It still has workers or jobs. */
        NOTEMPTY,
        /** It is not being shut down. */
        OPEN,
        /** It has ended. */
        GONE
    }

    /**
     * Begins the end of an incarnation: it takes nothing new, and its workers stop what runs.
     *
     * @param told the workers in the ring
     */
    Ending shutdown(Redis redis, PoolKeys keys, List<String> told) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.record(), keys.meta()));
        told.forEach(worker -> names.add(keys.inbox(worker)));
        return ending(redis.eval(SHUTDOWN, names, List.of(keys.incarnation())));
    }

    /**
     * Removes what no worker has from an incarnation that is being shut down.
     *
     * @param jobs at most {@value PlacementScripts#MOST}
     * @param messages names of messages put aside, at most as many
     */
    Ending cleanStep(Redis redis, PoolKeys keys, List<PoolReads.JobSeen> jobs, Collection<String> messages)
            throws InterruptedException {
        PlacementScripts.requireBatch(jobs);
        PlacementScripts.requireBatch(messages);
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.waiting(), keys.due(), keys.dead()));
        List<Object> arguments = new ArrayList<>(List.of(jobs.size()));
        for (PoolReads.JobSeen job : jobs) {
            names.addAll(List.of(keys.job(job.key()), keys.payload(job.key()), keys.outcome(job.id())));
            arguments.addAll(List.of(job.key(), job.id()));
        }
        for (String message : messages) {
            names.add(keys.message(message));
            arguments.add(message);
        }
        return ending(redis.eval(CLEAN_STEP, names, arguments));
    }

    /** Ends an incarnation of which nothing is left. */
    Ending cleanEnd(Redis redis, PoolKeys keys) throws InterruptedException {
        return ending(redis.eval(
                CLEAN_END,
                List.of(
                        keys.record(),
                        keys.meta(),
                        keys.reasserting(),
                        keys.leases(),
                        keys.gone(),
                        keys.waiting(),
                        keys.due(),
                        keys.dead(),
                        keys.tickers(),
                        keys.schedules()),
                List.of(keys.incarnation())));
    }

    private static Ending ending(@Nullable Object reply) {
        return Ending.valueOf(Replies.text(reply));
    }
}
