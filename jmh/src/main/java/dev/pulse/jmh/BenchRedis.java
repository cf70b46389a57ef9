package dev.pulse.jmh;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.embedded.RedisVersion;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The Redis that benchmarks work on: {@code PULSE_REDIS_URI}, else an embedded one, that of the whole run where there is
 * one, else for each fork. That is the 6.2 build,
 * which has jemalloc; the 7.0 one has not, and appends only 0.4 times as much for any client.
 */
final class BenchRedis implements AutoCloseable {
    /** The system property that tells the benchmarks of one run where their Redis is. */
    static final String SHARED = "pulse.bench.redis";

    private static final EmbeddedRedisOptions WITH_JEMALLOC =
            EmbeddedRedisOptions.builder().version(RedisVersion.REDIS_6_2).build();

    private final @Nullable EmbeddedRedis embedded;
    private final String uri;

    BenchRedis() {
        String given = System.getProperty(SHARED, System.getenv("PULSE_REDIS_URI"));
        embedded = given == null ? EmbeddedRedis.start(WITH_JEMALLOC) : null;
        uri = embedded == null ? given : embedded.uri();
    }

    String uri() {
        return uri;
    }

    String host() {
        return URI.create(uri).getHost();
    }

    int port() {
        int port = URI.create(uri).getPort();
        return port < 0 ? 6379 : port;
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
