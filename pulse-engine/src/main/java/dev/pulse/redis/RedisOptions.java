package dev.pulse.redis;

import java.time.Duration;

/**
 * How to reach Redis.
 *
 * @param clientName part of the names of all connections, {@code pulse/<client name>/<role>}
 * @param connectTimeout 10 ms to 1 min
 * @param commandTimeout from a call to its return, 10 ms to 1 min
 */
public record RedisOptions(RedisUri uri, String clientName, Duration connectTimeout, Duration commandTimeout) {
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofMinutes(1);

    public RedisOptions {
        requireTimeout("connectTimeout", connectTimeout);
        requireTimeout("commandTimeout", commandTimeout);
        if (!clientName.matches("[!-~&&[^/]]{1,64}")) {
            throw new IllegalArgumentException(
                    "clientName is 1 to 64 printable ASCII characters without space and /, was \"" + clientName + "\"");
        }
    }

    private static void requireTimeout(String name, Duration value) {
        if (value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException(name + " is " + LEAST + " to " + MOST + ", was " + value);
        }
    }
}
