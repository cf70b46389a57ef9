package dev.pulse.redis;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;

/** Connections to where the user's client for a single Redis leads; Jedis tells the address of a connection only. */
final class ClientConnections implements Connections {
    private static final Address UNKNOWN = new Address("the address of the RedisClient", 0);

    private final Dialer dialer;
    private volatile @Nullable Address address;

    ClientConnections(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public Connection open(String role, Duration timeout) {
        Address known = address;
        Connection opened = dialer.dial(known == null ? UNKNOWN : known, role, timeout);
        HostAndPort found = ForeignConnection.addressOf(opened);
        if (found != null) {
            address = Address.of(found);
        }
        return opened;
    }

    @Override
    public String where() {
        Address known = address;
        return known == null ? UNKNOWN.host() : known.toString();
    }
}
