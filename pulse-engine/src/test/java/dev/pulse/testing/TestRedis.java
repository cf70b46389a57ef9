package dev.pulse.testing;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.embedded.RedisVersion;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** The Redis of a test class: embedded, in a container, or somebody's that is shared. */
public final class TestRedis implements AutoCloseable {
    private final String uri;
    private final @Nullable EmbeddedRedis embedded;
    private final boolean shared;
    private final Runnable end;

    private TestRedis(String uri, @Nullable EmbeddedRedis embedded, boolean shared, Runnable end) {
        this.uri = uri;
        this.embedded = embedded;
        this.shared = shared;
        this.end = end;
    }

    /** The one that the annotation, {@code PULSE_REDIS_URI} and the system property {@code pulse.redis} lead to. */
    static TestRedis start(@Nullable RedisTest wishes) {
        String given = System.getenv("PULSE_REDIS_URI");
        if (wishes != null && wishes.shared() && given != null && !given.isBlank()) {
            return new TestRedis(given, null, true, () -> {});
        }
        String kind = System.getProperty("pulse.redis", "embedded");
        return switch (kind) {
            case "embedded" -> embedded(RedisVersion.REDIS_7_0, wishes);
            case "6.2" -> embedded(RedisVersion.REDIS_6_2, wishes);
            case "docker" -> {
                RedisContainer container = RedisContainer.start();
                yield new TestRedis(container.uri(), null, false, container::close);
            }
            default -> throw new IllegalArgumentException("pulse.redis is embedded, 6.2 or docker, was " + kind);
        };
    }

    private static TestRedis embedded(RedisVersion version, @Nullable RedisTest wishes) {
        EmbeddedRedisOptions.Builder options = EmbeddedRedisOptions.builder().version(version);
        if (version != RedisVersion.REDIS_6_2) {
            // refused by default since 7.0; fault tests need DEBUG SLEEP
            options.arguments("--enable-debug-command", "local");
        }
        if (wishes != null) {
            options.appendOnly(wishes.appendOnly()).arguments(wishes.arguments());
        }
        EmbeddedRedis redis = EmbeddedRedis.start(options.build());
        return new TestRedis(redis.uri(), redis, false, redis::close);
    }

    /** Where it is. */
    public String uri() {
        return uri;
    }

    /**
     * The embedded Redis, to restart, kill or pause.
     *
     * @throws TestAbortedException if it is not an embedded one: the test is skipped
     */
    public EmbeddedRedis embedded() {
        if (embedded == null) {
            throw new TestAbortedException("needs an embedded Redis, and runs on " + (shared ? "a shared one" : uri));
        }
        return embedded;
    }

    /** A new raw connection, to look into Redis independently of the engine. */
    public RespClient client() {
        return RespClient.connect(uri);
    }

    /** Whether others use it too. */
    boolean shared() {
        return shared;
    }

    /** Brings an embedded one back to life that a test paused or killed. */
    void revive() {
        if (embedded == null) {
            return;
        }
        if (embedded.isRunning()) {
            embedded.resume();
        } else {
            embedded.restart();
        }
    }

    @Override
    public void close() {
        end.run();
    }
}
