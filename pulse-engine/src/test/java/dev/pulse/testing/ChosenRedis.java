package dev.pulse.testing;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.embedded.RedisVersion;

/** An embedded Redis of the version that the system property {@code pulse.redis} asks for. */
public final class ChosenRedis {
    private ChosenRedis() {}

    /** Starts it with these options. */
    public static EmbeddedRedis start(EmbeddedRedisOptions.Builder options) {
        return EmbeddedRedis.start(options.version(isOld() ? RedisVersion.REDIS_6_2 : RedisVersion.REDIS_7_0)
                .build());
    }

    /** Starts it with defaults. */
    public static EmbeddedRedis start() {
        return start(EmbeddedRedisOptions.builder());
    }

    /** Whether it is Redis 6.2, which knows no lag of groups, for one. */
    public static boolean isOld() {
        return System.getProperty("pulse.redis", "").equals("6.2");
    }
}
