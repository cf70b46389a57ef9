package dev.pulse.redis;

import redis.clients.jedis.HostAndPort;

/** Where a server listens. An IPv6 address stands in brackets. */
public record Address(String host, int port) {
    /** The port of Redis when none is named. */
    static final int REDIS_PORT = 6379;
    /** The port of a sentinel when none is named. */
    static final int SENTINEL_PORT = 26_379;

    static Address of(HostAndPort jedis) {
        return new Address(jedis.getHost(), jedis.getPort());
    }

    HostAndPort forJedis() {
        return new HostAndPort(host, port);
    }

    @Override
    public String toString() {
        return host + ':' + port;
    }
}
