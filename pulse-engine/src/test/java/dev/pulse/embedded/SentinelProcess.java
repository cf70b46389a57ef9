package dev.pulse.embedded;

import static org.awaitility.Awaitility.await;

import dev.pulse.testing.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A sentinel in a process of its own; unlike a server it wants its settings in a file, which it writes to. */
public final class SentinelProcess implements AutoCloseable {
    private final int port;
    private final ServerProcess process;
    private final Thread hook = new Thread(this::kill, "sentinel-shutdown");

    private SentinelProcess(int port, ServerProcess process) {
        this.port = port;
        this.process = process;
    }

    /** Starts one on this port, and returns when it answers. */
    public static SentinelProcess start(Path directory, int port, String settings) throws InterruptedException {
        try {
            Path file = Files.writeString(
                    directory.resolve("sentinel-" + port + ".conf"),
                    "port " + port + "\nbind "
                            + InetAddress.getLoopbackAddress().getHostAddress() + "\n" + settings);
            List<String> command = List.of(
                    RedisBinary.of(RedisVersion.REDIS_7_0).toString(),
                    file.toString(),
                    "--sentinel",
                    "--daemonize",
                    "no");
            SentinelProcess sentinel = new SentinelProcess(port, new ServerProcess(command, directory));
            Runtime.getRuntime().addShutdownHook(sentinel.hook);
            await().ignoreExceptions().pollInterval(Duration.ofMillis(10)).until(sentinel::answers);
            return sentinel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try (RespClient client = RespClient.connect(port)) {
            return client.call("PING") != null;
        }
    }

    public int port() {
        return port;
    }

    public void pause() throws InterruptedException {
        process.signal("STOP");
    }

    public void resume() throws InterruptedException {
        process.signal("CONT");
    }

    private void kill() {
        process.kill();
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
