package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.Credentials;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
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

/** Makes connections with settings of our own, each named {@code pulse/<client name>/<role>} and with finite time-outs. */
final class OwnDialer implements Dialer {
    private final RedisOptions options;
    private final RedisUri uri;
    private final int database;
    private final Supplier<@Nullable Credentials> login;

    private OwnDialer(RedisOptions options, RedisUri uri, int database, Supplier<@Nullable Credentials> login) {
        this.options = options;
        this.uri = uri;
        this.database = database;
        this.login = login;
    }

    /** To servers that hold data. */
    static OwnDialer toRedis(RedisOptions options, RedisUri uri) {
        Supplier<Credentials> given = options.credentials();
        Supplier<@Nullable Credentials> login = given != null
                ? () -> Objects.requireNonNull(given.get(), "the supplier of credentials returned null")
                : () -> credentials(uri.user(), uri.password());
        return new OwnDialer(options, uri, uri.database(), login);
    }

    /** To sentinels, which have users of their own, and no databases. */
    static OwnDialer toSentinels(RedisOptions options, RedisUri uri, RedisUri.Sentinels sentinels) {
        return new OwnDialer(options, uri, 0, () -> credentials(sentinels.user(), sentinels.password()));
    }

    private static @Nullable Credentials credentials(Optional<String> user, Optional<String> password) {
        return password.map(secret -> new Credentials(user.orElse(null), secret))
                .orElse(null);
    }

    @Override
    public Connection dial(Address address, String role, Duration timeout) {
        Duration connecting = timeout.compareTo(options.connectTimeout()) < 0 ? timeout : options.connectTimeout();
        try {
            JedisClientConfig config = config(address, role, (int) connecting.toMillis());
            Connection connection = new Connection(new OneSocket(address.forJedis(), config), config);
            connection.setSoTimeout((int) timeout.toMillis());
            return connection;
        } catch (JedisException e) {
            throw Failures.connecting(address.toString(), uri.tls(), connecting, e);
        }
    }

    private JedisClientConfig config(Address address, String role, int timeoutMillis) {
        Credentials credentials = login(address);
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                // one shape of replies for all servers; nothing here needs pushes of RESP3
                .resp2()
                .connectionTimeoutMillis(timeoutMillis)
                .socketTimeoutMillis(timeoutMillis)
                .blockingSocketTimeoutMillis(timeoutMillis)
                .user(credentials == null ? null : credentials.user())
                .password(credentials == null ? null : credentials.password())
                .database(database)
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

    private @Nullable Credentials login(Address address) {
        try {
            return login.get();
        } catch (RuntimeException e) {
            throw new AccessDeniedException("no credentials for Redis at " + address + ": " + e, e);
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
            try {
                // Jedis has it end without a word, when the last who uses it lets go: that may be the one thread which
                // waits on the sockets of all virtual threads, and may sleep long. Like this Redis is told at once
                socket.setSoLinger(false, 0);
                if (socket instanceof SSLSocket tls) {
                    // now, for where Jedis finds that the handshake fails, it begins another to flush its buffer
                    shakeHands(tls);
                }
                return new GatheringSocket(socket);
            } catch (IOException e) {
                try {
                    socket.close();
                } catch (IOException closing) {
                    e.addSuppressed(closing);
                }
                throw new JedisConnectionException(e.getMessage(), e);
            }
        }

        private static void shakeHands(SSLSocket socket) throws IOException {
            try {
                socket.startHandshake();
            } catch (IOException e) {
                throw new IOException("TLS handshake: " + e.getMessage(), e);
            }
        }
    }
}
