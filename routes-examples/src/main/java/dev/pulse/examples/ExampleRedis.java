package dev.pulse.examples;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which Redis an example works on: the one at {@code PULSE_REDIS_URI}, else an embedded one until it is closed. */
public final class ExampleRedis implements AutoCloseable {
    private final @Nullable EmbeddedRedis embedded;
    private final String uri;

    private ExampleRedis(@Nullable EmbeddedRedis embedded, String uri) {
        this.embedded = embedded;
        this.uri = uri;
    }

    /** Starts one if need be. On Ctrl-C it stays until the example has wound up. */
    public static ExampleRedis open() {
        String given = given();
        if (given != null) {
            return new ExampleRedis(null, given);
        }
        EmbeddedRedis embedded = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                .shutdownGrace(Duration.ofSeconds(Examples.WIND_UP_SECONDS))
                .build());
        return new ExampleRedis(embedded, embedded.uri());
    }

    /**
     * The one at {@code PULSE_REDIS_URI}, for an example that joins another process.
     *
     * @throws IllegalStateException when there is none
     */
    public static String requireGiven() {
        String given = given();
        if (given == null) {
            throw new IllegalStateException("PULSE_REDIS_URI is the Redis of the other process, which prints it");
        }
        return given;
    }

    private static @Nullable String given() {
        String given = System.getenv("PULSE_REDIS_URI");
        return given == null || given.isBlank() ? null : given;
    }

    /** Whether nobody else knows where it is. */
    public boolean isEmbedded() {
        return embedded != null;
    }

    public String uri() {
        return uri;
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
