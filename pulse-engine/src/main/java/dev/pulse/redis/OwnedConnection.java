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
 * A connection that belongs to one loop, for what may block in Redis, or must not wait for others. Made when first needed and again after a failure. Used by
 * one thread at a time; {@link #close} comes from any thread and ends a read that runs.
 */
public final class OwnedConnection implements AutoCloseable {
    /** How much longer than the block time a reply may take. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final int MOST_REDIRECTIONS = 5;

    private final Topology topology;
    private final String role;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private @Nullable Primary primary;
    private boolean closed;
    private volatile @Nullable Client client;

    /** What Redis knows the present connection by. */
    private record Client(Primary primary, long id) {}

    OwnedConnection(Topology topology, String role) {
        this.topology = topology;
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
        return ask(command, block.plus(GRACE));
    }

    /**
     * Runs scripts on it that change nothing when run twice: one whose reply is lost may have run.
     *
     * @param longest how long a reply may take, and connecting where there is no connection
     */
    public ScriptRunner within(Duration longest) {
        return (script, keys, arguments) -> script.run(command -> ask(command, longest), keys, arguments);
    }

    private @Nullable Object ask(Command command, Duration timeout) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Primary to = topology.primaryFor(command);
        boolean asking = false;
        for (int redirections = 0; ; redirections++) {
            Connection own = connect(to, timeout);
            try {
                return exchange(own, command, timeout, asking);
            } catch (JedisDataException e) {
                Topology.Redirection redirection = topology.redirection(e, to);
                if (redirection == null || redirections == MOST_REDIRECTIONS) {
                    throw refused(command, to, e);
                }
                to = redirection.to();
                asking = redirection.asking();
            } catch (JedisException e) {
                drop();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                throw Failures.unavailable(to.where(), e);
            }
        }
    }

    private static @Nullable Object exchange(Connection own, Command command, Duration timeout, boolean asking) {
        own.setSoTimeout((int) timeout.toMillis());
        if (asking) {
            own.executeCommand(Command.asking().arguments());
        }
        own.sendCommand(command.arguments());
        return own.getOne();
    }

    private PulseException refused(Command command, Primary by, JedisDataException e) {
        if (Failures.isMisdirected(e)) {
            // the next call looks where the primary is
            drop();
        }
        return Topology.translated(by, command, e);
    }

    private Connection connect(Primary to, Duration timeout) throws InterruptedException {
        try {
            return open(to, timeout);
        } catch (PulseException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e;
        }
    }

    /**
     * Ends the blocking read that may run on it, as if its block time were over, so that nothing Redis has handed out is
     * lost with the connection. It can come a moment too early: repeat it until the reader has noticed.
     */
    public void unblock(Redis redis) throws InterruptedException {
        Client reading = client;
        if (reading != null) {
            redis.call(Command.repeatable("CLIENT").arg("UNBLOCK").arg(reading.id()), reading.primary());
        }
    }

    private Connection open(Primary to, Duration timeout) {
        lock.lock();
        try {
            requireOpen();
            if (connection != null && primary == to) {
                return connection;
            }
        } finally {
            lock.unlock();
        }
        drop();
        Connection opened = to.open(role, timeout);
        try {
            client = new Client(
                    to, (Long) opened.executeCommand(new CommandArguments(Protocol.Command.CLIENT).add("ID")));
        } catch (JedisException e) {
            to.discard(opened);
            throw Failures.asking(to.where(), "CLIENT", e);
        }
        lock.lock();
        try {
            if (closed) {
                to.discard(opened);
            }
            requireOpen();
            connection = opened;
            primary = to;
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
            if (connection != null && primary != null) {
                primary.discard(connection);
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
