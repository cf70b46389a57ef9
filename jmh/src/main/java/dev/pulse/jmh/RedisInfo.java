package dev.pulse.jmh;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/** What Redis tells about itself. */
final class RedisInfo implements AutoCloseable {
    private final Connection connection;

    RedisInfo(BenchRedis redis) {
        connection = new Connection(new HostAndPort(redis.host(), redis.port()));
        connection.connect();
    }

    /** Its version. */
    String version() {
        return section("server").getOrDefault("redis_version", "unknown");
    }

    /** How many connections it has, without this one. */
    long connections() {
        return Long.parseLong(section("clients").getOrDefault("connected_clients", "1")) - 1;
    }

    private Map<String, String> section(String name) {
        byte[] text = (byte[]) connection.executeCommand(new CommandArguments(Protocol.Command.INFO).add(name));
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(":"))
                .map(line -> line.split(":", 2))
                .collect(Collectors.toMap(line -> line[0], line -> line[1]));
    }

    @Override
    public void close() {
        connection.close();
    }
}
