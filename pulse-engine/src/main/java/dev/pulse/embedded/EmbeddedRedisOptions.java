package dev.pulse.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link EmbeddedRedis} runs.
 *
 * @param version which Redis; default {@link RedisVersion#REDIS_7_0}
 * @param port the TCP port on 127.0.0.1, 0 to 65,535; default 0, a free one. It stays the same over restarts
 * @param directory where the data files are, made if it is missing and left in place at the end; default null, a fresh
 *     temporary one that is removed at the end
 * @param appendOnly what outlives a restart or a kill; default {@link AppendOnly#NONE}
 * @param shutdownGrace how long the server goes on when this JVM is being ended, as by Ctrl-C, unless it is closed
 *     before, 0 to 1 min: for programs that finish their work in a shutdown hook; default 0
 * @param arguments more arguments for the server, as on its command line ({@code "--maxmemory", "10mb"}), placed after
 *     its own so that they win ({@code "--save", "3600 1"}); default none. What the other components
 *     set, and what would let others than this machine connect, is refused
 */
public record EmbeddedRedisOptions(
        RedisVersion version,
        int port,
        @Nullable Path directory,
        AppendOnly appendOnly,
        Duration shutdownGrace,
        List<String> arguments) {
    private static final Set<String> RESERVED = Set.of(
            "--port", "--bind", "--dir", "--daemonize", "--logfile", "--appendonly", "--appendfsync", "--supervised");

    private static final Duration LONGEST_GRACE = Duration.ofMinutes(1);

    public EmbeddedRedisOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is 0 to 65535, was " + port);
        }
        if (shutdownGrace.isNegative() || shutdownGrace.compareTo(LONGEST_GRACE) > 0) {
            throw new IllegalArgumentException("shutdownGrace is PT0S to " + LONGEST_GRACE + ", was " + shutdownGrace);
        }
        arguments = List.copyOf(arguments);
        for (String argument : arguments) {
            if (RESERVED.contains(argument.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "arguments may not have " + argument + ": EmbeddedRedis sets it itself, by its other options");
            }
        }
    }

    /** All defaults. */
    public static EmbeddedRedisOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Makes {@link EmbeddedRedisOptions}; what is not set has its default. */
    public static final class Builder {
        private RedisVersion version = RedisVersion.REDIS_7_0;
        private int port;
        private @Nullable Path directory;
        private AppendOnly appendOnly = AppendOnly.NONE;
        private Duration shutdownGrace = Duration.ZERO;
        private final List<String> arguments = new ArrayList<>();

        private Builder() {}

        public Builder version(RedisVersion value) {
            version = value;
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder directory(Path value) {
            directory = value;
            return this;
        }

        public Builder appendOnly(AppendOnly value) {
            appendOnly = value;
            return this;
        }

        public Builder shutdownGrace(Duration value) {
            shutdownGrace = value;
            return this;
        }

        /** Adds to the arguments given so far. */
        public Builder arguments(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        public EmbeddedRedisOptions build() {
            return new EmbeddedRedisOptions(version, port, directory, appendOnly, shutdownGrace, arguments);
        }
    }
}
