package dev.pulse.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.testing.FreePorts;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RespClient;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisTest {
    @PulseTest
    void answersAtItsUriAndListensToThisMachineOnly() {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RespClient client = RespClient.connect(redis.uri())) {
            assertThat(redis.isRunning()).isTrue();
            assertThat(redis.uri()).isEqualTo("redis://127.0.0.1:" + redis.port());
            assertThat(client.call("PING")).isEqualTo("PONG");
            assertThat(client.call("CONFIG", "GET", "bind")).isEqualTo(List.of("bind", "127.0.0.1"));
            assertThat(client.call("CONFIG", "GET", "save")).isEqualTo(List.of("save", ""));
            assertThat(client.call("CONFIG", "GET", "appendonly")).isEqualTo(List.of("appendonly", "no"));
            assertThat(client.text("INFO", "server")).contains("redis_version:7.0.15");
        }
    }

    @PulseTest
    void olderVersionRunsToo() {
        try (EmbeddedRedis redis = start(options().version(RedisVersion.REDIS_6_2));
                RespClient client = RespClient.connect(redis.port())) {
            assertThat(client.text("INFO", "server")).contains("redis_version:6.2.");
        }
    }

    @PulseTest
    void restartedRedisKeepsItsPortAndAppendOnlyData() {
        try (EmbeddedRedis redis = start(options().appendOnly(AppendOnly.EVERY_SECOND))) {
            int port = redis.port();
            long pid = redis.pid();
            set(redis, "kept");

            redis.restart();

            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.pid()).isNotEqualTo(pid);
            assertThat(get(redis)).isEqualTo("kept");
        }
    }

    @PulseTest
    void restartedRedisKeepsASnapshotWhereSavingIsAskedFor() {
        try (EmbeddedRedis redis = start(options().arguments("--save", "3600 1"))) {
            set(redis, "kept");
            redis.restart();
            assertThat(get(redis)).isEqualTo("kept");
        }
    }

    @PulseTest
    void redisThatLoadsForLongIsWaitedFor(@TempDir Path directory) throws Exception {
        try (EmbeddedRedis redis = start(options().directory(directory));
                RespClient client = RespClient.connect(redis.port())) {
            for (int i = 0; i < 600; i++) {
                client.call("SET", "key" + i, "v".repeat(100));
            }
            client.call("SAVE");
        }
        int port = FreePorts.next();
        // 10 ms for each key, and an ear for others meanwhile
        ServerProcess slow = new ServerProcess(
                List.of(
                        RedisBinary.of(RedisVersion.REDIS_7_0).toString(),
                        "--port",
                        Integer.toString(port),
                        "--key-load-delay",
                        "10000",
                        "--loading-process-events-interval-bytes",
                        "1024"),
                directory);
        try {
            assertThat(slow.awaitReady(port, Duration.ofSeconds(3))).isEqualTo(ServerProcess.Start.READY);
            try (RespClient client = RespClient.connect(port)) {
                assertThat(client.call("DBSIZE")).isEqualTo(600L);
            }
        } finally {
            slow.kill();
        }
    }

    @PulseTest
    void restartedRedisIsEmptyByDefault() {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            set(redis, "gone");
            redis.restart();
            assertThat(get(redis)).isNull();
        }
    }

    @PulseTest
    void killedRedisComesBackByRestart() {
        try (EmbeddedRedis redis = start(options().appendOnly(AppendOnly.ALWAYS))) {
            int port = redis.port();
            set(redis, "kept");

            redis.kill();
            assertThat(redis.isRunning()).isFalse();
            assertThatThrownBy(() -> RespClient.connect(port)).isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(redis::pause).isInstanceOf(IllegalStateException.class);
            redis.kill();

            redis.restart();
            assertThat(redis.isRunning()).isTrue();
            assertThat(redis.port()).isEqualTo(port);
            assertThat(get(redis)).isEqualTo("kept");
        }
    }

    @PulseTest
    void redisThatEndedByItselfComesBackByRestart() {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            try (RespClient client = RespClient.connect(redis.port())) {
                client.send("SHUTDOWN", "NOSAVE");
                await().until(() -> !redis.isRunning());
            }
            redis.restart();
            assertThat(get(redis)).isNull();
        }
    }

    @PulseTest
    void pausedRedisAnswersAfterResume() {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RespClient client = RespClient.connect(redis.port())) {
            redis.pause();
            redis.pause();
            assertThat(redis.isRunning()).isTrue();
            client.timeout(Duration.ofMillis(50));
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(UncheckedIOException.class);

            redis.resume();
            redis.resume();
            assertThat(client.timeout(Duration.ofSeconds(5)).read()).isEqualTo("PONG");
        }
    }

    @PulseTest
    void pausedRedisCanBeRestarted() {
        try (EmbeddedRedis redis = start(options().appendOnly(AppendOnly.EVERY_SECOND))) {
            set(redis, "kept");
            redis.pause();
            redis.restart();
            assertThat(get(redis)).isEqualTo("kept");
        }
    }

    @PulseTest
    void closeOfAPausedRedisIsBounded() {
        EmbeddedRedis redis = EmbeddedRedis.start();
        redis.pause();
        ProcessHandle process = process(redis);

        long began = System.nanoTime();
        redis.close();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        assertThat(process.isAlive()).isFalse();
    }

    @PulseTest
    void closeCanBeRepeatedAndIsForGood() {
        EmbeddedRedis redis = EmbeddedRedis.start();
        ProcessHandle process = process(redis);
        assertThat(redis.directory()).isDirectory();

        redis.close();
        redis.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(redis.isRunning()).isFalse();
        assertThat(redis.directory()).doesNotExist();
        assertThatThrownBy(redis::restart)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(redis::kill)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @PulseTest
    void closeCutsShortARestartThatWaits() throws Exception {
        EmbeddedRedis redis = start(options().arguments("--lua-time-limit", "20"));
        try (RespClient client = RespClient.connect(redis.port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // a script that runs on is not ended by SIGTERM
            client.send("EVAL", "while true do end", "0");
            awaitBusy(redis);
            Future<?> restart = threads.submit(redis::restart);

            long began = System.nanoTime();
            redis.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            assertThatThrownBy(() -> restart.get(5, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @PulseTest
    void directoryOfTheUsersOwnStaysWithItsData(@TempDir Path parent) {
        Path directory = parent.resolve("data");
        EmbeddedRedisOptions options =
                options().directory(directory).appendOnly(AppendOnly.ALWAYS).build();
        try (EmbeddedRedis redis = EmbeddedRedis.start(options)) {
            assertThat(redis.directory()).isEqualTo(directory);
            set(redis, "kept");
        }
        assertThat(directory).isDirectory();
        try (EmbeddedRedis redis = EmbeddedRedis.start(options)) {
            assertThat(get(redis)).isEqualTo("kept");
        }
    }

    @PulseTest
    void twoStartAtOnceOnDifferentPorts() throws Exception {
        Callable<EmbeddedRedis> start = EmbeddedRedis::start;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<EmbeddedRedis>> both = List.of(threads.submit(start), threads.submit(start));
            try (EmbeddedRedis one = both.get(0).get();
                    EmbeddedRedis other = both.get(1).get()) {
                assertThat(one.port()).isNotEqualTo(other.port());
                set(one, "of one");
                assertThat(get(other)).isNull();
            }
        }
    }

    @PulseTest
    void takenPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(options().port(taken.getLocalPort())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " is taken");
        }
    }

    @PulseTest
    void portOfAnotherRedisIsTakenAndNotMistakenForItsOwn() {
        try (EmbeddedRedis other = EmbeddedRedis.start()) {
            assertThatThrownBy(() -> start(options().port(other.port())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is taken");
        }
    }

    @PulseTest
    void wrongArgumentFailsWithTheServersOwnWords() {
        assertThatThrownBy(() -> start(options().arguments("--no-such-option", "1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("no-such-option");
    }

    @PulseTest
    void redisWithAPasswordStarts() {
        try (EmbeddedRedis redis = start(options().arguments("--requirepass", "secret"));
                RespClient client = RespClient.connect("redis://:secret@127.0.0.1:" + redis.port())) {
            assertThat(client.call("PING")).isEqualTo("PONG");
        }
    }

    @PulseTest
    void argumentsThatOtherOptionsMakeAreRefused() {
        assertThatThrownBy(() -> options().arguments("--bind", "0.0.0.0").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--bind");
        assertThatThrownBy(() -> options().port(65_536).build()).isInstanceOf(IllegalArgumentException.class);
    }

    @PulseTest
    void interruptedStartLeavesNothingAndKeepsTheFlag() {
        List<ProcessHandle> before = children();
        Thread.currentThread().interrupt();
        assertThatThrownBy(EmbeddedRedis::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        await().until(() -> before.containsAll(children()));
    }

    @PulseTest
    void serverEndsWithAJvmThatIsTerminated() throws Exception {
        endsWithItsJvm(Process::destroy);
    }

    @PulseTest
    void serverEndsWithAJvmThatExits() throws Exception {
        endsWithItsJvm(jvm -> jvm.getOutputStream().close());
    }

    private static void endsWithItsJvm(End end) throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        childClassPath(),
                        StartAndWait.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = jvm.inputReader()) {
            ProcessHandle server =
                    ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            Path directory = Path.of(said.readLine());
            assertThat(server.isAlive()).isTrue();
            assertThat(directory).isDirectory();

            end.of(jvm);

            assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> !server.isAlive());
            assertThat(directory).doesNotExist();
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** The engine may be on the module path of this JVM; the child has all on its class path. */
    private static String childClassPath() throws Exception {
        String name = StartAndWait.class.getName().replace('.', '/') + ".class";
        URL location = StartAndWait.class.getClassLoader().getResource(name);
        String root = location.toString().replace(name, "");
        return String.join(
                File.pathSeparator,
                Path.of(new URI(root)).toString(),
                System.getProperty("jdk.module.path", ""),
                System.getProperty("java.class.path"));
    }

    /** A busy Redis refuses commands once a script has run for as long as this makes it. */
    private static void awaitBusy(EmbeddedRedis redis) {
        try (RespClient other = RespClient.connect(redis.port())) {
            other.timeout(Duration.ofSeconds(20));
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                try {
                    other.call("PING");
                    return false;
                } catch (RuntimeException e) {
                    return String.valueOf(e.getMessage()).startsWith("BUSY");
                }
            });
        }
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }

    private static ProcessHandle process(EmbeddedRedis redis) {
        return ProcessHandle.of(redis.pid()).orElseThrow();
    }

    private static EmbeddedRedisOptions.Builder options() {
        return EmbeddedRedisOptions.builder();
    }

    private static EmbeddedRedis start(EmbeddedRedisOptions.Builder options) {
        return EmbeddedRedis.start(options.build());
    }

    private static void set(EmbeddedRedis redis, String value) {
        try (RespClient client = RespClient.connect(redis.port())) {
            assertThat(client.call("SET", "key", value)).isEqualTo("OK");
        }
    }

    private static @Nullable Object get(EmbeddedRedis redis) {
        try (RespClient client = RespClient.connect(redis.port())) {
            return client.call("GET", "key");
        }
    }

    private interface End {
        void of(Process jvm) throws IOException;
    }
}
