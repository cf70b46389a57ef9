package dev.pulse.pool.internal;

import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolSettings;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.task.Signals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What callers do in one handle of a pool, without the handle. */
final class Caller implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration SHORT = Duration.ofSeconds(1);

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    final Redis redis;
    final PoolLife life;
    final Answers answers;
    final Dispatching dispatching;
    final Stopping stopping;
    final Retrying retrying;
    final Notifying notifying;
    final Sending sending;
    final Outcomes outcomes;
    final Listing listing;
    final Overview overview;
    private final Duration timeout;

    private Caller(String uri, String pool, Duration timeout, Duration commandTimeout, PoolSettings settings)
            throws InterruptedException {
        Signals signals = new Signals(event -> {});
        this.timeout = timeout;
        redis = Redis.open(
                new RedisOptions(RedisUri.parse(uri), "test", Duration.ofSeconds(2), commandTimeout), signals);
        life = new PoolLife(redis, pool, new PoolScripts(pool), () -> {});
        life.open(settings);
        answers = new Answers(redis, signals, pool, "c" + NUMBERS.incrementAndGet(), life);
        Client client = new Client(pool, redis, life, answers, timeout, 1_000_000);
        stopping = new Stopping(client);
        dispatching = new Dispatching(client, stopping);
        retrying = new Retrying(client);
        notifying = new Notifying(client);
        sending = new Sending(client);
        outcomes = new Outcomes(client);
        listing = new Listing(client);
        overview = new Overview(client);
    }

    static Caller of(String uri, String pool) throws InterruptedException {
        return of(uri, pool, LONG);
    }

    /** One that waits for that long. */
    static Caller of(String uri, String pool, Duration timeout) throws InterruptedException {
        return of(uri, pool, timeout, PoolSettings.DEFAULTS);
    }

    static Caller of(String uri, String pool, Duration timeout, PoolSettings settings) throws InterruptedException {
        return new Caller(uri, pool, timeout, Duration.ofSeconds(20), settings);
    }

    /** One whose commands have little time. */
    static Caller hurried(String uri, String pool) throws InterruptedException {
        return new Caller(uri, pool, Duration.ofSeconds(5), Duration.ofSeconds(2), PoolSettings.DEFAULTS);
    }

    PoolIncarnation pool() {
        return life.current();
    }

    /** Has a job done, and waits for its end. */
    Call<Outcome> waitingForEnd(JobRequest request) {
        return Call.begin(() -> dispatching.dispatchAndWait(request, LONG));
    }

    boolean stop(String key) throws InterruptedException {
        return stop(key, "");
    }

    boolean stop(String key, String onlyId) throws InterruptedException {
        return stopping.stop(key, onlyId, System.nanoTime() + timeout.toNanos());
    }

    static JobRequest request(String key) {
        return JobRequest.of(key, bytes("payload of " + key));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        answers.close(deadline);
        redis.close(deadline);
    }
}
