package dev.pulse.embedded;

import java.io.IOException;

/** The program of a child JVM: starts a Redis, writes its process id and directory, and waits to be ended. */
final class StartAndWait {
    private StartAndWait() {}

    public static void main(String[] args) throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.start();
        System.out.println(redis.pid());
        System.out.println(redis.directory());
        // ends when the parent closes its end
        int unused = System.in.read();
    }
}
