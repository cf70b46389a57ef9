package dev.pulse.redis;

import dev.pulse.PulseException;
import java.time.Duration;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/** Makes connections, each named {@code pulse/<client name>/<role>} and with a finite time-out. Thread-safe. */
final class Connections {
    private final RedisOptions options;

    Connections(RedisOptions options) {
        this.options = options;
    }

    /**
     * Connects, greets, authenticates and selects the database.
     *
     * @param timeout how long any read of it may take
     * @throws PulseException what hinders it, naming host and port
     */
    Connection open(String role, Duration timeout) {
        try {
            JedisClientConfig config = config(role, timeout);
            return new Connection(new DefaultJedisSocketFactory(address(), config), config);
        } catch (JedisException e) {
            throw Failures.connecting(options.uri(), options.connectTimeout(), e);
        }
    }

    HostAndPort address() {
        return new HostAndPort(options.uri().host(), options.uri().port());
    }

    JedisClientConfig config(String role, Duration timeout) {
        RedisUri uri = options.uri();
        return DefaultJedisClientConfig.builder()
                // one shape of replies for all servers; nothing here needs pushes of RESP3
                .resp2()
                .connectionTimeoutMillis((int) options.connectTimeout().toMillis())
                .socketTimeoutMillis((int) timeout.toMillis())
                .blockingSocketTimeoutMillis((int) timeout.toMillis())
                .user(uri.user().orElse(null))
                .password(uri.password().orElse(null))
                .database(uri.database())
                .ssl(uri.tls())
                .clientName("pulse/" + options.clientName() + "/" + role)
                .build();
    }
}
