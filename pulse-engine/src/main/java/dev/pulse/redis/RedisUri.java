package dev.pulse.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where Redis is and who asks: {@code redis://[[user]:password@]host[:port][/database][?clientName=name]}, with TLS and
 * verified host names {@code rediss://}. The parts can be percent-encoded. Its text never shows the password.
 */
public record RedisUri(
        String host,
        int port,
        boolean tls,
        Optional<String> user,
        Optional<String> password,
        int database,
        Optional<String> clientName) {
    private static final int DEFAULT_PORT = 6379;
    private static final int MOST_PORT = 65_535;

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException when it is none of the above, naming what is wrong but never the password
     */
    public static RedisUri parse(String text) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            // neither the text nor the cause: both could show the password
            throw new IllegalArgumentException(
                    "Redis URI is not a URI: " + e.getReason() + " at index " + e.getIndex());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        boolean tls = scheme.equals("rediss");
        if (!tls && !scheme.equals("redis")) {
            throw new IllegalArgumentException(
                    "Redis URI begins with redis://, rediss:// or embedded:, was \"" + scheme + ":…\"");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty()) {
            throw new IllegalArgumentException("Redis URI names a host, as in redis://localhost:6379, was " + scheme
                    + "://" + (uri.getRawAuthority() == null ? "" : "…"));
        }
        String rest = uri.getRawPath() + uri.getRawQuery() + uri.getRawFragment();
        if (rest.indexOf('@') >= 0) {
            // what stands before that @ is part of a password, and no message below may show it
            throw new IllegalArgumentException(
                    "Redis URI has an @ behind the host: user and password are percent-encoded (/ is %2F, ? is %3F, # is %23)");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("Redis URI has no fragment: # in a part of it is %23");
        }
        if (uri.getPort() == 0 || uri.getPort() > MOST_PORT) {
            throw new IllegalArgumentException("port in the Redis URI is 1 to " + MOST_PORT + ", was " + uri.getPort());
        }
        Optional<String> user = Optional.empty();
        Optional<String> password = Optional.empty();
        if (uri.getRawUserInfo() != null) {
            String info = uri.getRawUserInfo();
            int colon = info.indexOf(':');
            user = nonEmpty(colon < 0 ? info : info.substring(0, colon));
            password = colon < 0 ? Optional.empty() : nonEmpty(info.substring(colon + 1));
            if (password.isEmpty()) {
                // Redis knows no user without one, and to connect as somebody else would surprise
                throw new IllegalArgumentException("Redis URI names a user without a password: user:password@, or"
                        + " :password@ for the default user");
            }
        }
        return new RedisUri(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                tls,
                user,
                password,
                database(uri.getPath()),
                clientName(uri.getRawQuery()));
    }

    private static Optional<String> nonEmpty(String encoded) {
        return encoded.isEmpty() ? Optional.empty() : Optional.of(decode(encoded));
    }

    private static String decode(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static int database(String path) {
        String number = path == null || path.isEmpty() ? "" : path.substring(1);
        if (number.isEmpty()) {
            return 0;
        }
        try {
            int database = Integer.parseInt(number);
            if (database >= 0) {
                return database;
            }
        } catch (NumberFormatException ignored) {
            // told below, with the text
        }
        throw new IllegalArgumentException("database in the Redis URI is 0 or more, was \"" + number + "\"");
    }

    private static Optional<String> clientName(String query) {
        if (query == null || query.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> name = Optional.empty();
        for (String pair : query.split("&")) {
            if (!pair.startsWith("clientName=")) {
                throw new IllegalArgumentException("Redis URI knows the parameter clientName, was \""
                        + pair.substring(0, Math.max(0, pair.indexOf('='))) + "\"");
            }
            name = nonEmpty(pair.substring("clientName=".length()));
        }
        return name;
    }

    /** {@code host:port}. */
    public String address() {
        return host + ':' + port;
    }

    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + user.map(u -> u + "@").orElse("") + address() + "/" + database;
    }
}
