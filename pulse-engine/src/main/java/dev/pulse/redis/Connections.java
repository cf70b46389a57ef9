package dev.pulse.redis;

import dev.pulse.PulseException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** Makes connections, each named {@code pulse/<client name>/<role>} and with a finite time-out. Thread-safe. */
final class Connections {
    private final RedisOptions options;

    Connections(RedisOptions options) {
        this.options = options;
    }

    /**
     * Connects, greets, authenticates and selects the database, each step within the shorter of the connect time-out
     * and {@code timeout}.
     *
     * @param timeout how long any later read of it may take
     * @throws PulseException what hinders it, naming host and port
     */
    Connection open(String role, Duration timeout) {
        Duration connecting = timeout.compareTo(options.connectTimeout()) < 0 ? timeout : options.connectTimeout();
        try {
            JedisClientConfig config = config(role, (int) connecting.toMillis());
            Connection connection = new Connection(new OneSocket(address(), config), config);
            connection.setSoTimeout((int) timeout.toMillis());
            return connection;
        } catch (JedisException e) {
            throw Failures.connecting(options.uri(), connecting, e);
        }
    }

    private HostAndPort address() {
        return new HostAndPort(options.uri().host(), options.uri().port());
    }

    private JedisClientConfig config(String role, int timeoutMillis) {
        RedisUri uri = options.uri();
        return DefaultJedisClientConfig.builder()
                // one shape of replies for all servers; nothing here needs pushes of RESP3
                .resp2()
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .blockingSocketTimeoutMillis(timeoutMillis)
                .user(uri.user().orElse(null))
                .password(uri.password().orElse(null))
                .database(uri.database())
                .ssl(uri.tls())
                .clientName("pulse/" + options.clientName() + "/" + role)
                .build();
    }

    /**
     * Refuses a second socket. A Jedis connection that finds its socket closed when it sends makes another by itself:
     * without a name, a password or a database, in nobody's books, and our command would go out on it.
     */
    private static final class OneSocket extends DefaultJedisSocketFactory {
        private final AtomicBoolean used = new AtomicBoolean();

        OneSocket(HostAndPort address, JedisClientConfig config) {
            super(address, config);
        }

        @Override
        public Socket createSocket() {
            if (!used.compareAndSet(false, true)) {
                throw new JedisConnectionException("the connection is closed");
            }
            return super.createSocket();
        }
    }
}
