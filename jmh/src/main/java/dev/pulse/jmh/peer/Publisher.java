package dev.pulse.jmh.peer;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/** Jedis on one connection, for one thread: a bare PUBLISH of the value, on a channel with the name of the key. */
public final class Publisher implements MapWriter {
    private final Connection connection;

    public Publisher(String host, int port) {
        connection = new Connection(new HostAndPort(host, port));
        connection.connect();
    }

    @Override
    public Object set(String key, byte[] value) {
        return connection.executeCommand(
                new CommandArguments(Protocol.Command.PUBLISH).add(key).add(value));
    }

    @Override
    public void close() {
        connection.close();
    }
}
