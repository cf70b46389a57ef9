package dev.pulse.jmh.peer;

import java.time.Duration;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/** Jedis over a pool of 64 connections. */
public final class JedisPoolAppender implements Appender {
    private static final int CONNECTIONS = 64;

    private final byte[] payload = Sample.payload();
    private final RedisClient pool;
    private final String key;

    public JedisPoolAppender(String host, int port, String key) {
        ConnectionPoolConfig config = new ConnectionPoolConfig();
        config.setMaxTotal(CONNECTIONS);
        config.setMaxIdle(CONNECTIONS);
        config.setMaxWait(Duration.ofSeconds(30));
        pool = RedisClient.builder().hostAndPort(host, port).poolConfig(config).build();
        this.key = key;
    }

    @Override
    public Object append() {
        return pool.executeCommand(xadd(key, payload));
    }

    static CommandArguments xadd(String key, byte[] payload) {
        return new CommandArguments(Protocol.Command.XADD)
                .key(key)
                .add("MAXLEN")
                .add("=")
                .add(Sample.MAX_LENGTH)
                .add("*")
                .add("n")
                .add(Sample.NAME)
                .add("p")
                .add(payload);
    }

    @Override
    public void close() {
        pool.close();
    }
}
