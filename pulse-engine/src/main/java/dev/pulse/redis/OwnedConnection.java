package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection that belongs to one loop, for blocking reads. Made when first needed and again after a failure. Used by
 * one thread at a time; {@link #close} comes from any thread and ends a read that runs.
 */
public final class OwnedConnection implements AutoCloseable {
    /** How much longer than the block time a reply may take. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Connections connections;
    private final RedisUri uri;
    private final String role;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private boolean closed;
    private volatile long clientId;

    OwnedConnection(Connections connections, RedisUri uri, String role) {
        this.connections = connections;
        this.uri = uri;
        this.role = role;
    }

    /**
     * Runs a command that may block in Redis.
     *
     * @param block how long it may block there
     * @throws InterruptedException when interrupted; the connection is gone then, and made anew by the next call
     * @throws PulseException when it failed, or the connection was closed meanwhile
     */
    public @Nullable Object call(Command command, Duration block) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Duration timeout = block.plus(GRACE);
        Connection own;
        try {
            own = open(timeout);
        } catch (PulseException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e;
        }
        try {
            own.setSoTimeout((int) timeout.toMillis());
            own.sendCommand(command.arguments());
            return own.getOne();
        } catch (JedisDataException e) {
            if (Failures.isPassing(e)) {
                throw Failures.unavailable(uri, e);
            }
            throw Failures.reply(command.toString(), e);
        } catch (JedisException e) {
            drop();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw Failures.unavailable(uri, e);
        }
    }

    /**
     * Ends the blocking read that may run on it, as if its block time were over, so that nothing Redis has handed out is
     * lost with the connection. It can come a moment too early: repeat it until the reader has noticed.
     */
    public void unblock(Redis redis) throws InterruptedException {
        if (clientId != 0) {
            redis.call(Command.repeatable("CLIENT").arg("UNBLOCK").arg(clientId));
        }
    }

    private Connection open(Duration timeout) {
        lock.lock();
        try {
            requireOpen();
            if (connection != null) {
                return connection;
            }
        } finally {
            lock.unlock();
        }
        Connection opened = connections.open(role, timeout);
        try {
            clientId = (Long) opened.executeCommand(new CommandArguments(Protocol.Command.CLIENT).add("ID"));
        } catch (JedisException e) {
            discard(opened);
            throw Failures.unavailable(uri, e);
        }
        lock.lock();
        try {
            if (closed) {
                discard(opened);
            }
            requireOpen();
            connection = opened;
            return opened;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new RedisUnavailableException("connection " + role + " is closed", null);
        }
    }

    /** Closes the present connection; the next call makes another. */
    private void drop() {
        lock.lock();
        try {
            if (connection != null) {
                discard(connection);
                connection = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends it for good, and a call that is under way. Can be repeated. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        drop();
    }

    /** Closes a connection without a word to Redis, whatever state it is in. */
    static void discard(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (IOException | JedisException e) {
            // the socket is as closed as it gets, and nobody will use it again
            connection.setBroken();
        }
    }
}
