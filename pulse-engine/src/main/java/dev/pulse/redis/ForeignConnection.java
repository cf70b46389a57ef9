package dev.pulse.redis;

import java.io.IOException;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A connection that a factory of the user's made, guarded against what {@link OwnDialer}'s sockets do not do: when a
 * closed one is to send, Jedis connects it anew by itself, without a name or a database, and our command would go out
 * there. It is looked before and after Jedis has taken a command, and before anything is flushed.
 */
final class ForeignConnection extends Connection {
    private static final JedisSocketFactory NO_SOCKET = () -> {
        throw new JedisConnectionException("the connection is another's");
    };

    private final Connection made;
    private volatile boolean ended;

    ForeignConnection(Connection made) {
        super(NO_SOCKET);
        this.made = made;
    }

    /** Where a connection leads to; null when that cannot be told. */
    static HostAndPort addressOf(Connection connection) {
        return connection instanceof ForeignConnection foreign
                ? foreign.made.getHostAndPort()
                : connection.getHostAndPort();
    }

    @Override
    public void sendCommand(CommandArguments arguments) {
        requireOpen();
        try {
            made.sendCommand(arguments);
        } finally {
            if (ended) {
                end();
            }
        }
        requireOpen();
    }

    private void requireOpen() {
        if (ended) {
            throw new JedisConnectionException("the connection is closed");
        }
    }

    @Override
    public Object executeCommand(CommandArguments arguments) {
        sendCommand(arguments);
        return getOne();
    }

    @Override
    public Object getOne() {
        return made.getOne();
    }

    @Override
    public Object getUnflushedObject() {
        return made.getUnflushedObject();
    }

    @Override
    public List<Object> getMany(int count) {
        return made.getMany(count);
    }

    @Override
    public boolean ping() {
        return made.ping();
    }

    @Override
    public void setSoTimeout(int millis) {
        made.setSoTimeout(millis);
    }

    @Override
    public boolean isConnected() {
        return !ended && made.isConnected();
    }

    @Override
    public void setBroken() {
        made.setBroken();
    }

    @Override
    public void forceDisconnect() throws IOException {
        ended = true;
        made.forceDisconnect();
    }

    private void end() {
        OwnedConnection.discard(made);
    }
}
