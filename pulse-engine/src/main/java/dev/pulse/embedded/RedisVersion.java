package dev.pulse.embedded;

/** The Redis an {@link EmbeddedRedis} runs, and the artifact whose jar carries its binaries. */
public enum RedisVersion {
    /**
     * Redis 7.0 from {@code org.signal:embedded-redis:0.9.1}: statically linked on Linux (amd64, 386, arm64), also for
     * macOS (amd64, arm64). The default.
     */
    REDIS_7_0("org.signal:embedded-redis:0.9.1"),
    /**
     * Redis 6.2, the oldest that is supported, from {@code com.github.codemonstur:embedded-redis:1.4.4}, for the same
     * systems. On Linux it is dynamically linked and needs glibc and OpenSSL 3.
     */
    REDIS_6_2("com.github.codemonstur:embedded-redis:1.4.4");

    private final String coordinates;

    RedisVersion(String coordinates) {
        this.coordinates = coordinates;
    }

    /** The Maven coordinates, {@code group:artifact:version}, of the jar with the binaries. */
    public String coordinates() {
        return coordinates;
    }

    /** The name of the resource for a system; there need not be one. */
    String resource(String os, String arch) {
        return switch (this) {
            case REDIS_7_0 -> "redis-server-7.0.15-" + os + "-" + arch;
            case REDIS_6_2 -> {
                // the jar's own names: its builds for other systems than these are of 6.2.7
                boolean patched = os.equals("darwin") || arch.equals("amd64");
                yield "redis-server-" + (patched ? "6.2.6-v5" : "6.2.7") + "-" + os + "-" + arch;
            }
        };
    }
}
