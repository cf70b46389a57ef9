package dev.pulse.jmh.peer;

import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;

/** Jedis on one connection, for one thread: a bare XADD, and nothing else on the way. */
public final class JedisAppender implements Appender {
    private final byte[] payload = Sample.payload();
    private final Connection connection;
    private final String key;

    public JedisAppender(String host, int port, String key) {
        connection = new Connection(new HostAndPort(host, port));
        connection.connect();
        this.key = key;
    }

    @Override
    public Object append() {
        return connection.executeCommand(JedisPoolAppender.xadd(key, payload));
    }

    @Override
    public void close() {
        connection.close();
    }
}
