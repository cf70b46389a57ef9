package dev.pulse.redis;

import dev.pulse.Credentials;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How to reach Redis.
 *
 * @param clientName part of the names of all connections, {@code pulse/<client name>/<role>}
 * @param connectTimeout 10 ms to 1 min
 * @param commandTimeout from a call to its return, 10 ms to 1 min
 * @param sslContext what TLS trusts and shows; null for the platform's own
 * @param credentials asked at each new connection; null for those in the URI
 */
public record RedisOptions(
        Target target,
        String clientName,
        Duration connectTimeout,
        Duration commandTimeout,
        @Nullable SSLContext sslContext,
        @Nullable Supplier<Credentials> credentials) {
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofMinutes(1);

    public RedisOptions {
        requireTimeout("connectTimeout", connectTimeout);
        requireTimeout("commandTimeout", commandTimeout);
        if (!clientName.matches("[!-~&&[^/]]{1,64}")) {
            throw new IllegalArgumentException(
                    "clientName is 1 to 64 printable ASCII characters without space and /, was \"" + clientName + "\"");
        }
        if (sslContext != null && !target.tls()) {
            throw new IllegalArgumentException("sslContext is for a URI with TLS (rediss://), was " + target);
        }
        if (credentials != null && target instanceof UserClient) {
            throw new IllegalArgumentException("credentials are for a URI: a client has its own");
        }
        if (credentials != null
                && target instanceof RedisUri uri
                && uri.password().isPresent()) {
            throw new IllegalArgumentException("credentials come from the URI or from a supplier, not from both");
        }
    }

    /** With the platform's own SSL context, and the credentials in the URI. */
    public RedisOptions(Target target, String clientName, Duration connectTimeout, Duration commandTimeout) {
        this(target, clientName, connectTimeout, commandTimeout, null, null);
    }

    private static void requireTimeout(String name, Duration value) {
        if (value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(name + " is " + LEAST + " to " + MOST + ", was " + value);
        }
    }
}
