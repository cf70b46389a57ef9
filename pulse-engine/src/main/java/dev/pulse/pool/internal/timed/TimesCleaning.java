package dev.pulse.pool.internal.timed;

import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.PoolKeys;
import java.util.List;

/** Removes the tickers and schedules of a pool that is being shut down. Any node may, at any time. */
public final class TimesCleaning {
    private static final String LAST_OF_A_BATCH = "99";

    private TimesCleaning() {}

    /** Leaves none, once the pool takes nothing new. */
    public static void clean(Redis redis, PoolKeys keys) throws InterruptedException {
        for (Kind kind : Kind.values()) {
            List<String> names = some(redis, kind.all(keys));
            while (!names.isEmpty() && new TimesScripts(keys).clean(redis, kind, names)) {
                names = some(redis, kind.all(keys));
            }
        }
    }

    private static List<String> some(Redis redis, String all) throws InterruptedException {
        return Replies.list(redis.call(
                        Command.repeatable("ZRANGE").key(all).arg("0").arg(LAST_OF_A_BATCH)))
                .stream()
                .map(Replies::text)
                .toList();
    }
}
