package dev.pulse.jmh;

import dev.pulse.jmh.peer.Sample;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/** A map with 100,000 entries of 256 bytes, and a bare connection to the same Redis. */
final class LargeMap implements AutoCloseable {
    static final int ENTRIES = 100_000;
    static final String NAME = "bench:large";

    private static final String KEY = "map:" + NAME + ":content";
    private static final int AT_ONCE = 1_000;

    private final Connection connection;

    /** Fills it. */
    LargeMap(BenchRedis redis) {
        connection = new Connection(new HostAndPort(redis.host(), redis.port()));
        connection.connect();
        connection.executeCommand(new CommandArguments(Protocol.Command.UNLINK).add(KEY));
        for (int from = 0; from < ENTRIES; from += AT_ONCE) {
            CommandArguments hset = new CommandArguments(Protocol.Command.HSET).add(KEY);
            for (int i = from; i < from + AT_ONCE; i++) {
                hset.add(key(i)).add(Sample.payload());
            }
            connection.executeCommand(hset);
        }
        connection.executeCommand(new CommandArguments(Protocol.Command.HSET)
                .add(KEY)
                .add("=rev")
                .add(ENTRIES)
                .add("=kind")
                .add("set"));
    }

    static String key(int i) {
        return "key:%06d".formatted(i);
    }

    /** All keys and values, as they come. */
    List<?> hgetall() {
        return (List<?>) connection.executeCommand(new CommandArguments(Protocol.Command.HGETALL).add(KEY));
    }

    @Override
    public void close() {
        connection.executeCommand(new CommandArguments(Protocol.Command.UNLINK).add(KEY));
        connection.close();
    }
}
