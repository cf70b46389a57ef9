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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The life of a pool: its incarnations and their settings. Thread-safe. */
final class PoolScripts {
    private static final Script OPEN = PoolScript.repeatable("open");

    private final String pool;

    PoolScripts(String pool) {
        this.pool = pool;
    }

    /** What a pool was found to be. */
    sealed interface Opening permits Open, Ending, Unsupported {}

    /** This incarnation is open. */
    record Open(PoolKeys keys) implements Opening {}

    /** This incarnation is being shut down; when that is done, the next can be made. */
    record Ending(PoolKeys keys) implements Opening {}

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
                    return new Ending(keys);
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
}
