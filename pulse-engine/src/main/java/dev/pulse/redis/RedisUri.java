package dev.pulse.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is and who asks: {@code redis://[[user]:password@]host[:port][/database][?clientName=name]}; several hosts,
 * after commas, for {@code redis-cluster://} and, with {@code ?master=name}, for {@code redis-sentinel://}; with TLS and
 * verified host names {@code rediss…://}. The parts can be percent-encoded. Its text never shows a password.
 *
 * @param addresses of Redis; of the sentinels; of some nodes of the cluster
 * @param sentinels what is to be known about the sentinels; null without them
 */
public record RedisUri(
        Kind kind,
        List<Address> addresses,
        boolean tls,
        Optional<String> user,
        Optional<String> password,
        int database,
        Optional<String> clientName,
        @Nullable Sentinels sentinels)
        implements Target {
    /** What answers at the addresses. */
    public enum Kind {
        SINGLE("redis", Address.REDIS_PORT),
        SENTINEL("redis-sentinel", Address.SENTINEL_PORT),
        CLUSTER("redis-cluster", Address.REDIS_PORT);

        private final String scheme;
        private final int defaultPort;

        Kind(String scheme, int defaultPort) {
            this.scheme = scheme;
            this.defaultPort = defaultPort;
        }

        private String scheme(boolean tls) {
            return tls ? scheme.replace("redis", "rediss") : scheme;
        }
    }

    /**
     * What the sentinels are asked for, and by whom.
     *
     * @param master the name they know the master by
     */
    public record Sentinels(String master, Optional<String> user, Optional<String> password) {
        @Override
        public String toString() {
            return "Sentinels[master=" + master + "]";
        }
    }

    public RedisUri {
        addresses = List.copyOf(addresses);
    }

    /** One Redis. */
    public RedisUri(
            String host,
            int port,
            boolean tls,
            Optional<String> user,
            Optional<String> password,
            int database,
            Optional<String> clientName) {
        this(Kind.SINGLE, List.of(new Address(host, port)), tls, user, password, database, clientName, null);
    }

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException when it is none of the above, naming what is wrong but never a password
     */
    public static RedisUri parse(String text) {
        UriParts parts = UriParts.split(text.strip());
        for (Kind kind : Kind.values()) {
            for (boolean tls : new boolean[] {false, true}) {
                if (parts.scheme().equals(kind.scheme(tls))) {
                    return read(kind, tls, parts);
                }
            }
        }
        throw new IllegalArgumentException("Redis URI begins with redis://, rediss:// or embedded:, redis-sentinel://,"
                + " redis-cluster://, rediss-sentinel:// or rediss-cluster://, was \"" + parts.scheme() + ":…\"");
    }

    private static RedisUri read(Kind kind, boolean tls, UriParts parts) {
        List<Address> addresses = parts.addresses(kind.defaultPort);
        if (kind == Kind.SINGLE && addresses.size() > 1) {
            throw new IllegalArgumentException(
                    "Redis URI names one host, unless it begins with redis-sentinel:// or redis-cluster://, was "
                            + addresses.size());
        }
        Optional<String> user = Optional.empty();
        Optional<String> password = Optional.empty();
        if (parts.userInfo() != null) {
            String info = parts.userInfo();
            int colon = info.indexOf(':');
            user = nonEmpty(colon < 0 ? info : info.substring(0, colon));
            password = colon < 0 ? Optional.empty() : nonEmpty(info.substring(colon + 1));
            if (password.isEmpty()) {
                // Redis knows no user without one, and to connect as somebody else would surprise
                throw new IllegalArgumentException("Redis URI names a user without a password: user:password@, or"
                        + " :password@ for the default user");
            }
        }
        Map<String, String> parameters = parameters(kind, parts.query());
        int database = database(parts.path());
        if (kind == Kind.CLUSTER && database != 0) {
            throw new IllegalArgumentException("a Redis Cluster has database 0 only, was " + database);
        }
        return new RedisUri(
                kind,
                addresses,
                tls,
                user,
                password,
                database,
                Optional.ofNullable(parameters.get("clientName")),
                kind == Kind.SENTINEL ? sentinels(parameters) : null);
    }

    private static Sentinels sentinels(Map<String, String> parameters) {
        String master = parameters.get("master");
        if (master == null) {
            throw new IllegalArgumentException(
                    "Redis URI names the master, as in redis-sentinel://host:26379/0?master=mymaster");
        }
        Sentinels sentinels = new Sentinels(
                master,
                Optional.ofNullable(parameters.get("sentinelUser")),
                Optional.ofNullable(parameters.get("sentinelPassword")));
        if (sentinels.user().isPresent() && sentinels.password().isEmpty()) {
            throw new IllegalArgumentException("Redis URI names a sentinelUser without a sentinelPassword");
        }
        return sentinels;
    }

    private static Optional<String> nonEmpty(String encoded) {
        return encoded.isEmpty() ? Optional.empty() : Optional.of(decode(encoded));
    }

    private static String decode(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static int database(String path) {
        String number = path.isEmpty() ? "" : path.substring(1);
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

    private static Map<String, String> parameters(Kind kind, @Nullable String query) {
        List<String> known = new ArrayList<>(List.of("clientName"));
        if (kind == Kind.SENTINEL) {
            known.addAll(List.of("master", "sentinelUser", "sentinelPassword"));
        }
        Map<String, String> found = new TreeMap<>();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&")) {
            String name = pair.substring(0, Math.max(0, pair.indexOf('=')));
            if (!known.contains(name)) {
                throw new IllegalArgumentException("Redis URI knows the parameter" + (known.size() == 1 ? " " : "s ")
                        + String.join(", ", known) + ", was \"" + name + "\"");
            }
            nonEmpty(pair.substring(name.length() + 1)).ifPresent(value -> found.put(name, value));
        }
        return found;
    }

    /** {@code host:port}, and so on after commas. */
    @Override
    public String address() {
        return addresses.stream().map(Address::toString).collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return kind.scheme(tls) + "://" + user.map(u -> u + "@").orElse("") + address() + "/" + database
                + (sentinels == null ? "" : "?master=" + sentinels.master());
    }
}
