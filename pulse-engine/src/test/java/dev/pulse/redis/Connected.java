package dev.pulse.redis;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import dev.pulse.task.Signals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import redis.clients.jedis.Connection;

/** A {@link Redis} under test, with what its listener was told. */
final class Connected implements AutoCloseable {
    /** As by default. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final Signals signals = new Signals(events::add);
    private final Redis redis;

    private Connected(RedisOptions options) {
        redis = Redis.open(options, signals);
    }

    /** With a command time-out of 5 s, as by default. */
    static Connected to(String uri) {
        return to(uri, Duration.ofSeconds(5));
    }

    static Connected to(String uri, Duration commandTimeout) {
        return new Connected(options(uri, commandTimeout));
    }

    static RedisOptions options(String uri, Duration commandTimeout) {
        return new RedisOptions(RedisUri.parse(uri), "test", CONNECT_TIMEOUT, commandTimeout);
    }

    /** One connection, as the engine makes them. */
    static Connection dial(String uri, String role, Duration timeout) {
        RedisUri parsed = RedisUri.parse(uri);
        return OwnDialer.toRedis(options(uri, timeout), parsed)
                .dial(parsed.addresses().getFirst(), role, timeout);
    }

    Redis redis() {
        return redis;
    }

    /** What happened in the background, so far. */
    List<PulseEvent> events() {
        return List.copyOf(events);
    }

    Health.Status status() {
        return signals.health().status();
    }

    String echo(String token) throws InterruptedException {
        return new String((byte[]) redis.call(Command.repeatable("ECHO").arg(token)), StandardCharsets.UTF_8);
    }

    long increment(String key) throws InterruptedException {
        return (Long) Objects.requireNonNull(redis.call(Command.write("INCR").key(key)));
    }

    void close(Duration limit) {
        redis.close(System.nanoTime() + limit.toNanos());
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(1));
    }

    /** How long something took that began then, by nanoTime. */
    static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
