package dev.pulse.redis;

import java.util.Optional;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;

/** A Jedis client of the user's. Connections are made as it makes its own, but outside its pool; it is never closed. */
public record UserClient(UnifiedJedis client) implements Target {
    /** Throws {@link IllegalArgumentException}, naming the class, unless it is a client whose settings can be had. */
    public UserClient {
        if (!(client instanceof RedisClient
                || client instanceof RedisSentinelClient
                || client instanceof RedisClusterClient)) {
            throw new IllegalArgumentException(
                    "client is a RedisClient, a RedisSentinelClient or a RedisClusterClient, was a "
                            + client.getClass().getName());
        }
    }

    @Override
    public String address() {
        return "the address of a " + client.getClass().getSimpleName();
    }

    /** Its own business. */
    @Override
    public boolean tls() {
        return false;
    }

    @Override
    public Optional<String> clientName() {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return client.getClass().getSimpleName();
    }
}
