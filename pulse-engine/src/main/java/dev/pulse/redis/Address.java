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

    /**
     * Where a node of a cluster listens, by the word of another.
     *
     * @param host what it is called; empty or {@code ?} for one that has no name: it is where the one that tells was found
     */
    static Address told(String host, int port, Address by) {
        return new Address(host.isEmpty() || host.equals("?") ? by.host() : host, port);
    }

    HostAndPort forJedis() {
        return new HostAndPort(host, port);
    }

    @Override
    public String toString() {
        return host + ':' + port;
    }
}
