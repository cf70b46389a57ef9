package dev.pulse.pool.internal.timed;

import dev.pulse.pool.internal.timed.TimesScripts.Known;
import dev.pulse.pool.internal.timed.TimesScripts.Listener;
import dev.pulse.pool.internal.timed.TimesScripts.Registered;
import dev.pulse.pool.internal.timed.TimesScripts.Seen;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.task.Signals;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An incarnation of a pool with nothing in it, for the scripts of tickers and schedules. */
final class TimedPool implements AutoCloseable {
    private static final Duration COUNTS = Duration.ofMinutes(1);

    final Redis redis;
    final PoolKeys keys;
    final TimesScripts times;
    private final RespClient raw;

    private TimedPool(TestRedis server, RespClient raw, PoolKeys keys) {
        this.redis = Redis.open(
                new RedisOptions(RedisUri.parse(server.uri()), "test", Duration.ofSeconds(2), Duration.ofSeconds(20)),
                new Signals(event -> {}));
        this.raw = raw;
        this.keys = keys;
        this.times = new TimesScripts(keys);
    }

    static TimedPool open(TestRedis server, String name) {
        TimedPool pool = new TimedPool(server, server.client(), new PoolKeys(name, 1));
        pool.call("HSET", pool.keys.meta(), "st", "open", "f", "0");
        return pool;
    }

    /** One that nodes have opened. */
    static TimedPool of(TestRedis server, String name) {
        RespClient raw = server.client();
        return new TimedPool(
                server, raw, new PoolKeys(name, Long.parseLong(raw.text("HGET", PoolKeys.pool(name), "g"))));
    }

    Known registered(Kind kind, String name, String listener, String timetable, long first, boolean changes)
            throws InterruptedException {
        Listener who = new Listener(kind, name, listener);
        String policy = kind == Kind.TICKER ? "ONE" : "";
        return ((Registered) times.register(redis, who, COUNTS, timetable, policy, first, changes)).known();
    }

    Optional<Known> seen(Kind kind, String name, String listener) throws InterruptedException {
        return Optional.of(sighting(kind, name, listener))
                .filter(Known.class::isInstance)
                .map(Known.class::cast);
    }

    TimesScripts.Sighting sighting(Kind kind, String name, String listener) throws InterruptedException {
        return ((Seen) times.look(redis, List.of(new Listener(kind, name, listener)), COUNTS))
                .all()
                .getFirst();
    }

    long next(Kind kind, String name) {
        return Long.parseLong(raw.text("ZSCORE", kind.all(keys), name));
    }

    /** All keys of the incarnation. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        raw.list("KEYS", keys.prefix() + "*").forEach(name -> names.add((String) name));
        return names;
    }

    /** A command past the engine. */
    @Nullable
    Object call(String... command) {
        return raw.call(command);
    }

    Set<String> members(String key) {
        Set<String> members = new TreeSet<>();
        raw.list("SMEMBERS", key).forEach(member -> members.add((String) member));
        return members;
    }

    @Override
    public void close() {
        raw.close();
        redis.close(System.nanoTime() + Duration.ofSeconds(1).toNanos());
    }
}
