package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Carries large calls over a few connections, made when needed, so that short ones never wait behind them. Each wait, for
 * a connection, for making one, for Redis to take the bytes or to answer, ends at the deadline of its call.
 */
final class LargeCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LargeCalls.class);
    private static final int CONNECTIONS = 8;
    private static final int IDLE_CONNECTIONS = 2;
    /** What a socket accepts; a time-out of 0 would mean none. */
    private static final long LEAST_TIMEOUT_MILLIS = 1;

    private final Connections connections;
    private final Semaphore permits = new Semaphore(CONNECTIONS);
    private final Wakeup lastReturned = new Wakeup();
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final Set<Connection> borrowed = new HashSet<>();
    private boolean closed;

    LargeCalls(Connections connections) {
        this.connections = connections;
    }

    /**
     * Carries the call until it is settled. A connection that cannot be had is tried for again until the deadline, by
     * {@link System#nanoTime}; then the call is left unsent.
     *
     * @throws InterruptedException when interrupted before it was sent
     */
    void carry(Call call, long deadline) throws InterruptedException {
        if (!permits.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return;
        }
        try {
            Connection connection = borrow(deadline);
            if (connection != null) {
                carry(call, connection, deadline);
            }
        } finally {
            permits.release();
        }
    }

    private void carry(Call call, Connection connection, long deadline) {
        boolean answered = false;
        try (Guard guard = Guard.over(connection, deadline)) {
            call.take();
            call.send(connection);
            call.receive(connection);
            answered = !call.isMisdirected();
        } catch (RuntimeException | Error e) {
            call.lose(e);
        } finally {
            giveBack(connection, answered);
        }
    }

    /** Null when closed, or when none can be had before the deadline. */
    private @Nullable Connection borrow(long deadline) throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofMillis(500));
        while (!isClosed()) {
            Connection connection = idleOne(deadline);
            if (connection != null) {
                return connection;
            }
            try {
                return register(connections.open("large", timeLeft(deadline)));
            } catch (PulseException e) {
                LOG.debug("connection=large state=failing", e);
            }
            Duration pause = backoff.next();
            if (System.nanoTime() + pause.toNanos() >= deadline) {
                return null;
            }
            Tasks.sleep(pause);
        }
        return null;
    }

    /** One that Redis has not closed meanwhile, or null. */
    private @Nullable Connection idleOne(long deadline) {
        while (true) {
            Connection connection;
            lock.lock();
            try {
                connection = idle.poll();
                if (connection == null) {
                    return null;
                }
                borrowed.add(connection);
            } finally {
                lock.unlock();
            }
            boolean alive = false;
            try {
                connection.setSoTimeout((int) timeLeft(deadline).toMillis());
                alive = connection.ping();
            } catch (JedisException e) {
                LOG.debug("connection=large state=stale", e);
            }
            if (alive) {
                return connection;
            }
            giveBack(connection, false);
        }
    }

    private @Nullable Connection register(Connection opened) {
        lock.lock();
        try {
            if (!closed) {
                borrowed.add(opened);
                return opened;
            }
        } finally {
            lock.unlock();
        }
        OwnedConnection.discard(opened);
        return null;
    }

    private void giveBack(Connection connection, boolean usable) {
        lock.lock();
        try {
            borrowed.remove(connection);
            if (borrowed.isEmpty()) {
                lastReturned.wake();
            }
            if (usable && !closed && idle.size() < IDLE_CONNECTIONS) {
                idle.push(connection);
                return;
            }
        } finally {
            lock.unlock();
        }
        OwnedConnection.discard(connection);
    }

    /** Ends those connections that lead there: the primary is somewhere else by now. */
    void leave(Predicate<Connection> old) {
        lock.lock();
        try {
            idle.removeIf(connection -> {
                if (old.test(connection)) {
                    OwnedConnection.discard(connection);
                    return true;
                }
                return false;
            });
            borrowed.stream().filter(old).forEach(OwnedConnection::discard);
        } finally {
            lock.unlock();
        }
    }

    private static Duration timeLeft(long deadline) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        return Duration.ofMillis(Math.max(LEAST_TIMEOUT_MILLIS, millis));
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all connections; calls under way may finish until the deadline, by {@link System#nanoTime}. */
    void close(long deadline) {
        lock.lock();
        try {
            closed = true;
            idle.forEach(OwnedConnection::discard);
            idle.clear();
        } finally {
            lock.unlock();
        }
        awaitReturn(deadline);
        lock.lock();
        try {
            borrowed.forEach(OwnedConnection::discard);
        } finally {
            lock.unlock();
        }
    }

    private void awaitReturn(long deadline) {
        try {
            while (isBorrowed() && deadline > System.nanoTime()) {
                lastReturned.await(Duration.ofNanos(deadline - System.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isBorrowed() {
        lock.lock();
        try {
            return !borrowed.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
