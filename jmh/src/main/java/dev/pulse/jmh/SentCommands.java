package dev.pulse.jmh;

import java.util.concurrent.atomic.AtomicLong;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Counts, by MONITOR, what clients send to Redis from now on: a script counts once, whatever it calls. */
final class SentCommands implements AutoCloseable {
    /** How MONITOR marks what a script calls: {@code 1339518083.107412 [0 lua] "get" "x"}. */
    private static final String BY_A_SCRIPT = " lua] ";

    private final AtomicLong count = new AtomicLong();
    private final Connection connection;

    SentCommands(BenchRedis redis) {
        connection = new Connection(new HostAndPort(redis.host(), redis.port()));
        connection.connect();
        connection.executeCommand(new CommandArguments(Protocol.Command.MONITOR));
        connection.setTimeoutInfinite();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try {
            while (true) {
                String line = connection.getStatusCodeReply();
                int address = line.indexOf(']');
                if (!line.substring(0, address + 2).endsWith(BY_A_SCRIPT)) {
                    count.incrementAndGet();
                }
            }
        } catch (JedisConnectionException e) {
            // closed
        }
    }

    /** How many there were. */
    long count() {
        return count.get();
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
