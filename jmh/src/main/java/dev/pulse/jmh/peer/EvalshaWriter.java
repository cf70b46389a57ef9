package dev.pulse.jmh.peer;

import dev.pulse.redis.Script;
import dev.pulse.wire.MapKeys;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/**
 * Jedis on one connection, for one thread: a bare EVALSHA of the script with which Pulse sets a key, and nothing else on
 * the way.
 */
public final class EvalshaWriter implements MapWriter {
    private final Connection connection;
    private final MapKeys keys;
    private final byte[] sha;

    public EvalshaWriter(String host, int port, String map) {
        connection = new Connection(new HostAndPort(host, port));
        connection.connect();
        keys = new MapKeys(map);
        sha = (byte[]) connection.executeCommand(new CommandArguments(Protocol.Command.SCRIPT)
                .add("LOAD")
                .add(Script.load("/dev/pulse/map/set.lua").text()));
    }

    /** What follows EVALSHA; the map lives for ever. */
    public List<byte[]> arguments(String key, byte[] value) {
        return List.of(
                sha,
                Sample.bytes("1"),
                Sample.bytes(keys.content()),
                Sample.bytes(keys.channel()),
                Sample.bytes("0"),
                Sample.bytes("0"),
                Sample.bytes(key),
                value);
    }

    @Override
    public Object set(String key, byte[] value) {
        CommandArguments command = new CommandArguments(Protocol.Command.EVALSHA);
        arguments(key, value).forEach(command::add);
        return connection.executeCommand(command);
    }

    @Override
    public void close() {
        connection.close();
    }
}
