package dev.pulse.testing;

import org.testcontainers.containers.GenericContainer;

/** A Redis in a container. A class of its own: Testcontainers is loaded only where it was asked for. */
final class RedisContainer {
    private static final int PORT = 6379;

    private final GenericContainer<?> container;

    private RedisContainer(GenericContainer<?> container) {
        this.container = container;
    }

    static RedisContainer start() {
        GenericContainer<?> container = new GenericContainer<>("redis:7.4-alpine")
                .withExposedPorts(PORT)
                .withCommand("redis-server", "--save", "", "--enable-debug-command", "yes");
        container.start();
        return new RedisContainer(container);
    }

    String uri() {
        return "redis://" + container.getHost() + ":" + container.getMappedPort(PORT);
    }

    void close() {
        container.stop();
    }
}
