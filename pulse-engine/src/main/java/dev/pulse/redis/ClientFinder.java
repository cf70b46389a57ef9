package dev.pulse.redis;

import dev.pulse.RedisUnavailableException;
import java.time.Duration;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisSentinelClient;

/** Believes the user's Sentinel client, which listens to the sentinels itself. */
final class ClientFinder implements MasterFinder {
    private final RedisSentinelClient client;
    private final Dialer dialer;

    ClientFinder(RedisSentinelClient client, Dialer dialer) {
        this.client = client;
        this.dialer = dialer;
    }

    @Override
    public Address find() {
        HostAndPort master = client.getCurrentMaster();
        if (master == null) {
            throw new RedisUnavailableException("the Jedis client knows no master", null);
        }
        return Address.of(master);
    }

    @Override
    public Connection dial(Address master, String role, Duration timeout) {
        return dialer.dial(master, role, timeout);
    }

    @Override
    public void doubt() {
        // it learns of a new master by itself
    }

    @Override
    public String name() {
        return "master of a RedisSentinelClient";
    }

    @Override
    public void close() {
        // the client is the user's
    }
}
