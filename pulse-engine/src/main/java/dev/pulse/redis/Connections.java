package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.Credentials;
import dev.pulse.PulseException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
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
        Credentials credentials = credentials();
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                // one shape of replies for all servers; nothing here needs pushes of RESP3
                .resp2()
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .blockingSocketTimeoutMillis(timeoutMillis)
                .user(credentials == null ? null : credentials.user())
                .password(credentials == null ? null : credentials.password())
                .database(uri.database())
                .clientName("pulse/" + options.clientName() + "/" + role);
        return uri.tls() ? withTls(config).build() : config.build();
    }

    private DefaultJedisClientConfig.Builder withTls(DefaultJedisClientConfig.Builder config) {
        SSLParameters verified = new SSLParameters();
        // the certificate is to name the host; TLS of its own only looks who signed it
        verified.setEndpointIdentificationAlgorithm("HTTPS");
        SSLContext context = options.sslContext();
        return config.ssl(true)
                .sslParameters(verified)
                .sslSocketFactory(context == null ? null : context.getSocketFactory());
    }

    private @Nullable Credentials credentials() {
        try {
            return options.currentCredentials();
        } catch (RuntimeException e) {
            throw new AccessDeniedException(
                    "no credentials for Redis at " + options.uri().address() + ": " + e, e);
        }
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
            Socket socket = super.createSocket();
            if (socket instanceof SSLSocket tls) {
                // now, for where Jedis finds that the handshake fails, it begins another to flush its buffer
                shakeHands(tls);
            }
            return socket;
        }

        private static void shakeHands(SSLSocket socket) {
            try {
                socket.startHandshake();
            } catch (IOException e) {
                try {
                    socket.close();
                } catch (IOException closing) {
                    e.addSuppressed(closing);
                }
                throw new JedisConnectionException("TLS handshake: " + e.getMessage(), e);
            }
        }
    }
}
