package dev.pulse.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis in a process of its own, on a port of 127.0.0.1: for development, demonstrations and tests, not for
 * production.
 *
 * <pre>{@code
 * try (EmbeddedRedis redis = EmbeddedRedis.start()) {
 *     Pulse pulse = Pulse.connect(redis.uri());
 * }
 * }</pre>
 *
 * <p>It answers about 0.1 s after its start. Its binary comes from the jar {@link RedisVersion} names, which is to be on
 * the class path; there is none for Windows. The process ends with {@link #close()}, and at the latest with this JVM,
 * however that ends short of being killed itself.
 *
 * <p>Safe for use by several threads; what changes the process happens one at a time, and {@link #close()} cuts short
 * what another thread is waiting for. An interrupt of {@link #start()}, {@link #restart()}, {@link #pause()} or
 * {@link #resume()} kills the process and is an {@link IllegalStateException} with the flag set.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private enum State {
        RUNNING,
        PAUSED,
        DOWN,
        CLOSED
    }

    // Below what systems give to outgoing connections (from 32768 on Linux, 49152 on macOS): while the server is down,
    // a client that retries a port of that range can be given the very port as its own, connect to itself, and hold
    // it. Also low enough for a cluster bus, which listens 10,000 higher.
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_767;
    private static final int PORT_ATTEMPTS = 50;
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);
    private static final Duration SAME_PORT_LIMIT = Duration.ofSeconds(5);
    // longer than the 10 s that a server of 7.0 waits for its replicas before it ends
    private static final Duration TERMINATE_LIMIT = Duration.ofSeconds(20);

    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final EmbeddedRedisOptions options;
    private final Path binary;
    private final Path directory;
    private final Thread shutdownHook = new Thread(this::endWithJvm, "pulse-embedded-redis-shutdown");
    private final ReentrantLock lock = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicReference<State> state = new AtomicReference<>(State.DOWN);
    private volatile int port;
    private volatile @Nullable ServerProcess server;

    private EmbeddedRedis(EmbeddedRedisOptions options, Path binary) {
        this.options = options;
        this.binary = binary;
        Path given = options.directory();
        try {
            directory = given == null
                    ? Files.createTempDirectory("pulse-redis-")
                    : Files.createDirectories(given.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for an embedded Redis", e);
        }
    }

    /**
     * Starts a Redis 7.0 on a free port, with nothing on disk.
     *
     * @throws IllegalStateException if it cannot be started; the message says why, with the server's last lines
     */
    public static EmbeddedRedis start() {
        return start(EmbeddedRedisOptions.defaults());
    }

    /**
     * Starts a Redis and returns when it answers: within 30 s, but for the time it takes to load its files.
     *
     * @throws IllegalStateException if it cannot be started: no binary for this system, its jar is missing, the
     *     temporary directory cannot execute, the port is taken, an argument is wrong, or interrupted. The message says
     *     which, and what to do
     */
    public static EmbeddedRedis start(EmbeddedRedisOptions options) {
        Path binary;
        try {
            binary = RedisBinary.of(options.version());
        } catch (InterruptedException e) {
            throw interrupted("starting", e);
        }
        EmbeddedRedis redis = new EmbeddedRedis(options, binary);
        try {
            redis.firstStart();
            return redis;
        } catch (RuntimeException | Error e) {
            redis.close();
            throw e;
        }
    }

    /** {@code redis://127.0.0.1:<port>}, the same over restarts. */
    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** The TCP port on 127.0.0.1, the same over restarts. */
    public int port() {
        return port;
    }

    /** Where the server keeps its files. A temporary one is removed by {@link #close()}. */
    public Path directory() {
        return directory;
    }

    /** Whether the process lives; a paused one does. */
    public boolean isRunning() {
        ServerProcess current = server;
        return state.get() != State.CLOSED && current != null && current.isAlive();
    }

    /**
     * Ends the server cleanly, if it runs, and starts it again on the same port and directory; returns when it answers.
     * The data is kept with {@link AppendOnly}, or with {@code --save} among the arguments (except after
     * {@link #kill()}). Also brings back a server that was killed, or ended by itself.
     *
     * @throws IllegalStateException if closed, interrupted, or if the server does not end within 20 s (it is killed
     *     then) or does not come back; with its last lines
     */
    public void restart() {
        change("restarting", () -> {
            if (isRunning()) {
                end();
            }
            long deadline = System.nanoTime() + SAME_PORT_LIMIT.toNanos();
            // its own port may be held for a moment by a client's connection that was given it
            while (launch(port) == ServerProcess.Start.PORT_TAKEN) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("port " + port + " was taken while the embedded Redis was down");
                }
            }
        });
    }

    /**
     * Kills the process by SIGKILL, as a crash would; {@link #restart()} brings it back. Nothing if it is not running.
     *
     * @throws IllegalStateException if closed
     */
    public void kill() {
        change("killing", () -> {
            current().kill();
            enter(State.DOWN);
        });
    }

    /**
     * Stops the process by SIGSTOP: it keeps its connections and port, and answers nothing until {@link #resume()}, as
     * a machine that hangs. Nothing if it is paused already.
     *
     * @throws IllegalStateException if closed, interrupted or not running
     */
    public void pause() {
        change("pausing", () -> {
            requireRunning();
            if (state.get() != State.PAUSED) {
                current().signal("STOP");
                enter(State.PAUSED);
            }
        });
    }

    /**
     * Lets a paused process go on; nothing if it is not paused.
     *
     * @throws IllegalStateException if closed, interrupted or not running
     */
    public void resume() {
        change("resuming", () -> {
            requireRunning();
            if (state.get() == State.PAUSED) {
                current().signal("CONT");
                enter(State.RUNNING);
            }
        });
    }

    /**
     * Kills the process, whatever state it is in, and removes the directory if it is a temporary one. Takes
     * milliseconds; on a system that cannot kill it, 20 s at most. Further calls do nothing.
     */
    @Override
    public void close() {
        state.set(State.CLOSED);
        closed.countDown();
        // before the lock: its holder may be waiting for this process
        killServer();
        lock.lock();
        try {
            killServer();
            removeHook();
            if (options.directory() == null) {
                delete(directory);
            }
        } finally {
            lock.unlock();
        }
    }

    private void endWithJvm() {
        try {
            closed.await(options.shutdownGrace().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /** The process id of the current run. */
    long pid() {
        return current().pid();
    }

    @Override
    public String toString() {
        return "EmbeddedRedis[" + uri() + ", " + state.get() + "]";
    }

    private void firstStart() {
        change("starting", () -> {
            // before the process: if this JVM is ending already, nothing is started
            Runtime.getRuntime().addShutdownHook(shutdownHook);
            int attempts = options.port() == 0 ? PORT_ATTEMPTS : 1;
            for (int i = 0; i < attempts; i++) {
                port = options.port() == 0 ? freePort() : options.port();
                if (launch(port) == ServerProcess.Start.READY) {
                    return;
                }
            }
            throw new IllegalStateException(
                    options.port() == 0
                            ? "no free port found in " + attempts + " attempts"
                            : "port " + options.port() + " is taken; port 0 finds a free one");
        });
    }

    private ServerProcess.Start launch(int onPort) throws InterruptedException {
        enter(State.DOWN);
        ServerProcess launched = new ServerProcess(command(onPort), directory);
        server = launched;
        ServerProcess.Start start = launched.awaitReady(onPort, SILENCE_LIMIT);
        if (start == ServerProcess.Start.READY) {
            enter(State.RUNNING);
        }
        return start;
    }

    private List<String> command(int onPort) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            // a session of its own: a terminal's Ctrl-C is for this JVM, which may need Redis to wind up
            command.add(SETSID.toString());
        }
        command.add(binary.toString());
        command.addAll(List.of("--port", Integer.toString(onPort), "--bind", "127.0.0.1"));
        command.addAll(List.of("--daemonize", "no", "--dir", directory.toString(), "--save", ""));
        switch (options.appendOnly()) {
            case NONE -> command.addAll(List.of("--appendonly", "no"));
            case EVERY_SECOND -> command.addAll(List.of("--appendonly", "yes", "--appendfsync", "everysec"));
            case ALWAYS -> command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always"));
        }
        command.addAll(options.arguments());
        return command;
    }

    private void end() throws InterruptedException {
        ServerProcess current = current();
        if (state.get() == State.PAUSED) {
            // a stopped process would get SIGTERM only when it goes on
            current.signal("CONT");
        }
        boolean ended = current.terminate(TERMINATE_LIMIT);
        enter(State.DOWN);
        if (!ended) {
            current.kill();
            throw new IllegalStateException("the embedded Redis did not end within " + TERMINATE_LIMIT.toSeconds()
                    + " s and was killed; its last lines:\n" + current.lastLines());
        }
    }

    private ServerProcess current() {
        ServerProcess current = server;
        if (current == null) {
            throw new IllegalStateException("the embedded Redis was never started");
        }
        return current;
    }

    private void killServer() {
        ServerProcess current = server;
        if (current != null) {
            current.kill();
        }
    }

    private void requireRunning() {
        if (!isRunning()) {
            throw new IllegalStateException("the embedded Redis at " + uri() + " is not running; restart() starts it");
        }
    }

    /** Closed is for good. */
    private void enter(State next) {
        if (state.updateAndGet(now -> now == State.CLOSED ? now : next) == State.CLOSED) {
            throw closed();
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException("the embedded Redis at " + uri() + " is closed");
    }

    /** Does one thing at a time to an open server. */
    private void change(String what, Change change) {
        lock.lock();
        try {
            if (state.get() == State.CLOSED) {
                throw closed();
            }
            change.run();
        } catch (InterruptedException e) {
            killServer();
            throw interrupted(what, e);
        } finally {
            lock.unlock();
        }
    }

    private static IllegalStateException interrupted(String what, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while " + what + " an embedded Redis", e);
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // this JVM is ending, and this may be the hook itself
        }
    }

    private static int freePort() {
        for (int i = 0; i < PORT_ATTEMPTS; i++) {
            int candidate = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT + 1);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), candidate));
                return candidate;
            } catch (IOException e) {
                // taken: the next one
            }
        }
        throw new IllegalStateException("no free port found from " + FIRST_PORT + " to " + LAST_PORT);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // a temporary file left behind is no reason to fail a close
        }
    }

    private interface Change {
        void run() throws InterruptedException;
    }
}
