package dev.pulse.redis;

import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.exceptions.JedisException;

/** Carries large calls over a small pool, made when first needed, so that short ones never wait behind them. */
final class LargeCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LargeCalls.class);
    private static final int CONNECTIONS = 8;
    private static final int IDLE_CONNECTIONS = 2;

    private final RedisOptions options;
    private final Connections connections;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ConnectionPool pool;
    private boolean closed;

    LargeCalls(RedisOptions options, Connections connections) {
        this.options = options;
        this.connections = connections;
    }

    /**
     * Carries the call until it is settled. A connection that cannot be had is tried for again until the deadline, by
     * {@link System#nanoTime}; then the call is left unsent.
     */
    void carry(Call call, long deadline) throws InterruptedException {
        Connection borrowed = borrow(deadline);
        if (borrowed == null) {
            return;
        }
        try (borrowed) {
            call.take();
            call.send(borrowed);
            call.receive(borrowed);
        } catch (JedisException e) {
            borrowed.setBroken();
            call.lose(e);
        }
    }

    private @Nullable Connection borrow(long deadline) throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofMillis(500));
        while (true) {
            try {
                return pool().getResource();
            } catch (JedisException e) {
                LOG.debug("pool=large state=failing", e);
            }
            Duration pause = backoff.next();
            if (System.nanoTime() + pause.toNanos() >= deadline) {
                return null;
            }
            Tasks.sleep(pause);
        }
    }

    private ConnectionPool pool() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this Pulse is closed");
            }
            if (pool == null) {
                ConnectionPoolConfig config = new ConnectionPoolConfig();
                config.setMaxTotal(CONNECTIONS);
                config.setMaxIdle(IDLE_CONNECTIONS);
                config.setMinIdle(0);
                // without a bound a cold pool livelocks under many virtual threads on Java 21
                config.setMaxWait(options.commandTimeout());
                config.setTestOnBorrow(true);
                config.setJmxEnabled(false);
                pool = new ConnectionPool(
                        connections.address(), connections.config("large", options.commandTimeout()), config);
            }
            return pool;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            if (pool != null) {
                pool.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
