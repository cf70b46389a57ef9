package dev.pulse.redis;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P12;
import static dev.pulse.faults.Promise.P13;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseEvent;
import dev.pulse.RedisUnavailableException;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Redis, or the way to it, is not well. */
@RedisTest
@Attacks(
        value = {P11, P12},
        by = Fault.F06)
class RedisFaultTest {
    /** For what is queued one after another on a busy machine. */
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static final int LARGE = 300 * 1024;
    private static final int HUGE = 32 * 1024 * 1024;
    private static final Duration SHORT = Duration.ofSeconds(1);
    /** What a busy machine may add. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    @PulseTest
    void aRefusedConnectionIsToldWithHostAndPort() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> Connected.to("redis://127.0.0.1:" + port))
                .isInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("refused");
    }

    @PulseTest
    void aSilentRedisAtTheStartIsToldWithinTheConnectTimeout(EmbeddedRedis redis) {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            proxy.silence();
            long begin = System.nanoTime();
            assertThatThrownBy(() -> Connected.to(proxy.uri(), Duration.ofSeconds(30)))
                    .isInstanceOf(RedisUnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + proxy.port());
            assertThat(Connected.since(begin)).isLessThan(Connected.CONNECT_TIMEOUT.plus(SLACK));
        }
    }

    @PulseTest
    void noCallOutlastsTheCommandTimeoutWhenRedisIsSilent(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Connected connected = Connected.to(proxy.uri(), SHORT)) {
            connected.echo("up");
            proxy.silence();
            Crowd crowd = new Crowd();
            for (int i = 0; i < 20; i++) {
                int size = List.of(1, LARGE, HUGE).get(i % 3);
                Command write = Command.write("SET").key(prefix.name("k" + i)).arg(new byte[size]);
                Command read = Command.repeatable("ECHO").arg(new byte[size]);
                crowd.virtual(() -> endsInTime(connected.redis(), write));
                crowd.platform(() -> endsInTime(connected.redis(), write));
                crowd.virtual(() -> endsInTime(connected.redis(), read));
            }
            assertThat(crowd.join()).isEmpty();
            proxy.heal();
        }
    }

    @PulseTest
    void aLoneCallerIsBackInTimeWhenRedisIsSilent(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Connected connected = Connected.to(proxy.uri(), SHORT)) {
            proxy.silence();
            Crowd crowd = new Crowd();
            crowd.virtual(() -> {
                Command write = Command.write("INCR").key(prefix.name("k"));
                assertThatThrownBy(() -> connected.redis().call(write)).isInstanceOf(OutcomeUnknownException.class);
                endsInTime(connected.redis(), write);
            });
            assertThat(crowd.join()).isEmpty();
            proxy.heal();
        }
    }

    private static void endsInTime(Redis redis, Command command) {
        long begin = System.nanoTime();
        assertThatThrownBy(() -> redis.call(command))
                .isInstanceOfAny(RedisUnavailableException.class, OutcomeUnknownException.class);
        assertThat(Connected.since(begin)).isLessThan(SHORT.plus(SLACK));
    }

    @PulseTest
    void aShorterTimeoutHoldsAndDoesNotCostTheOthersTheConnection(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), Duration.ofSeconds(20))) {
            connected.echo("up");
            redis.pause();
            Crowd crowd = new Crowd();
            crowd.virtual(() -> endsInTime(
                    connected.redis().withTimeout(SHORT), Command.write("INCR").key(prefix.name("k"))));
            assertThat(crowd.join()).isEmpty();
            redis.resume();
            assertThat(connected.echo("again")).isEqualTo("again");
            assertThat(connected.events()).isEmpty();
        }
    }

    @PulseTest
    void aWriteInterruptedAfterSendingHasAnUnknownOutcomeAndTheFlagStays(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Connected connected = Connected.to(proxy.uri())) {
            for (boolean virtual : List.of(true, false)) {
                redis.pause();
                Crowd crowd = new Crowd();
                Crowd.Job job = () -> {
                    assertThatThrownBy(() -> connected.increment(prefix.name("k")))
                            .isInstanceOf(OutcomeUnknownException.class);
                    assertThat(Thread.interrupted()).isTrue();
                };
                long before = proxy.heard();
                Thread caller = virtual ? crowd.virtual(job) : crowd.platform(job);
                awaitSent(proxy, before);
                caller.interrupt();
                assertThat(crowd.join()).isEmpty();
                redis.resume();
                await().until(() -> connected.echo("on").equals("on"));
            }
        }
    }

    @PulseTest
    void aReadInterruptedIsNotDoneAndTheOthersGetTheirReplies(EmbeddedRedis redis) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri())) {
            for (boolean virtual : List.of(true, false)) {
                redis.pause();
                Crowd crowd = new Crowd();
                Crowd.Job job = () ->
                        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> connected.echo("mine"));
                Thread caller = virtual ? crowd.virtual(job) : crowd.platform(job);
                awaitWaiting(caller);
                Crowd others = new Crowd();
                for (int i = 0; i < 10; i++) {
                    String token = "other" + i;
                    others.virtual(() -> assertThat(connected.echo(token)).isEqualTo(token));
                }
                caller.interrupt();
                assertThat(crowd.join()).isEmpty();
                redis.resume();
                assertThat(others.join()).isEmpty();
            }
        }
    }

    private static void awaitWaiting(Thread caller) {
        await().until(() ->
                caller.getState() == Thread.State.TIMED_WAITING || caller.getState() == Thread.State.WAITING);
    }

    /** Who waits may be in the queue still; only what was sent is heard beyond the lane. */
    private static void awaitSent(FaultProxy proxy, long before) {
        await().until(() -> proxy.heard() > before);
    }

    @PulseTest
    @Attacks(value = P12, by = Fault.F22)
    void interruptsAtRandomCostNobodyElseAnything(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), Duration.ofSeconds(20))) {
            Crowd victims = new Crowd();
            Crowd others = new Crowd();
            AtomicInteger started = new AtomicInteger();
            for (int i = 0; i < 200; i++) {
                String name = prefix.name("k" + i);
                boolean victim = i % 2 == 0;
                (victim ? victims : others).virtual(() -> {
                    started.incrementAndGet();
                    if (victim) {
                        callUntilInterrupted(connected, name);
                    } else {
                        callRepeatably(connected, name);
                    }
                });
            }
            await().until(() -> started.get() == 200);
            for (Thread thread : victims.threads()) {
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                    Thread.yield();
                }
                thread.interrupt();
            }
            assertThat(victims.join()).isEmpty();
            assertThat(others.join()).isEmpty();
            assertThat(connected.echo("end")).isEqualTo("end");
        }
    }

    private static void callUntilInterrupted(Connected connected, String name) {
        try {
            for (int i = 1; ; i++) {
                assertThat(connected.increment(name)).isEqualTo(i);
                assertThat(connected.echo(name + i)).isEqualTo(name + i);
            }
        } catch (InterruptedException e) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        } catch (OutcomeUnknownException e) {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static void callRepeatably(Connected connected, String name) throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            // a write whose outcome is unknown would fail it: an interrupt of others must not cost this one its reply
            assertThat(connected.increment(name)).isEqualTo(i + 1);
            assertThat(connected.echo(name + i)).isEqualTo(name + i);
        }
    }

    @PulseTest
    void whenTheConnectionIsCutReadsAreRepeatedAndWritesAreUnknown(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Connected connected = Connected.to(proxy.uri(), PATIENT)) {
            connected.echo("up");
            proxy.silence();
            long before = proxy.heard();
            Crowd crowd = new Crowd();
            crowd.virtual(() -> assertThatThrownBy(() -> connected.increment(prefix.name("sent")))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("INCR"));
            awaitSent(proxy, before);
            Crowd queued = new Crowd();
            for (int i = 0; i < 10; i++) {
                String name = prefix.name("queued" + i);
                Thread thread = queued.virtual(
                        () -> assertThat(connected.increment(name)).isEqualTo(1));
                awaitWaiting(thread);
                Thread reader =
                        queued.virtual(() -> assertThat(connected.echo(name)).isEqualTo(name));
                awaitWaiting(reader);
            }
            proxy.cut();
            proxy.heal();
            assertThat(crowd.join()).isEmpty();
            assertThat(queued.join()).isEmpty();
        }
    }

    @PulseTest
    void aReadUnderWayIsRepeatedWhenTheConnectionIsCut(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                Connected connected = Connected.to(proxy.uri(), PATIENT)) {
            connected.echo("up");
            proxy.silence();
            Crowd crowd = new Crowd();
            for (int i = 0; i < 5; i++) {
                byte[] content = new byte[i == 4 ? LARGE : 10];
                awaitWaiting(crowd.virtual(() -> assertThat(connected
                                .redis()
                                .call(Command.repeatable("ECHO").arg(content)))
                        .isEqualTo(content)));
            }
            proxy.cut();
            proxy.heal();
            assertThat(crowd.join()).isEmpty();
        }
    }

    @PulseTest
    void whatWasNeverSentIsDoneAfterARestart(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), Duration.ofSeconds(20))) {
            redis.kill();
            // the broken connection shows with the first command
            await().until(() -> {
                try {
                    connected.redis().withTimeout(SHORT).call(Command.repeatable("PING"));
                } catch (RedisUnavailableException e) {
                    return connected.status() == Health.Status.DOWN;
                }
                return false;
            });
            Crowd crowd = new Crowd();
            for (int i = 0; i < 20; i++) {
                String name = prefix.name("k" + i);
                int size = i % 5 == 0 ? LARGE : 1;
                awaitWaiting(crowd.virtual(() -> assertThat(connected
                                .redis()
                                .call(Command.write("APPEND").key(name).arg(new byte[size])))
                        .isEqualTo((long) size)));
            }
            redis.restart();
            assertThat(crowd.join()).isEmpty();
        }
    }

    @PulseTest
    void anIdleLaneNoticesThatRedisIsGoneAndThatItIsBack(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                // longer than a dead Redis may go unnoticed
                Connected connected = Connected.to(proxy.uri(), Duration.ofMinutes(1))) {
            proxy.silence();
            await().atMost(Duration.ofSeconds(10).plus(SLACK)).until(() -> connected.status() == Health.Status.DOWN);
            proxy.heal();
            await().atMost(Duration.ofSeconds(5).plus(SLACK)).until(() -> connected.status() == Health.Status.UP);
            assertThat(connected.echo("back")).isEqualTo("back");
            await().untilAsserted(() -> assertThat(connected.events())
                    .extracting(Object::getClass)
                    .isEqualTo(List.of(PulseEvent.ConnectionLost.class, PulseEvent.ConnectionRestored.class)));
        }
    }

    @PulseTest
    @Attacks(
            value = {P11, P13},
            by = Fault.F06)
    void withRedisGoneAttemptsAreFewAndTheChangeIsToldOnce(EmbeddedRedis redis) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (FaultProxy proxy = FaultProxy.to(redis.port());
                ServerSocket gate = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            // lets the first connection through, resets all others and counts them
            Crowd gatekeeper = new Crowd();
            Pipe pipe = new Pipe(gate, proxy.port(), attempts);
            gatekeeper.virtual(pipe::run);
            try (Connected connected = Connected.to("redis://127.0.0.1:" + gate.getLocalPort(), SHORT)) {
                attempts.set(0);
                proxy.cut();
                long begin = System.nanoTime();
                Crowd crowd = new Crowd();
                for (int i = 0; i < 50; i++) {
                    crowd.virtual(() -> {
                        while (Connected.since(begin).compareTo(Duration.ofSeconds(2)) < 0) {
                            assertThatThrownBy(() -> connected.echo("x")).isInstanceOf(RedisUnavailableException.class);
                        }
                    });
                }
                assertThat(crowd.join()).isEmpty();
                int made = attempts.get();
                // 20 ms doubling to 1 s, jittered down to half of it
                assertThat(made)
                        .isBetween(2, 10 + (int) (2 * Connected.since(begin).toSeconds()));
                await().until(() -> !connected.events().isEmpty());
                assertThat(connected.events()).singleElement().isInstanceOf(PulseEvent.ConnectionLost.class);
            }
            gate.close();
            gatekeeper.join();
        }
    }

    /** Forwards the first connection and refuses the others. */
    private record Pipe(ServerSocket gate, int target, AtomicInteger attempts) {
        void run() throws IOException {
            try (Socket first = gate.accept();
                    Socket redis = new Socket(InetAddress.getLoopbackAddress(), target)) {
                Thread.ofVirtual().start(() -> forward(first, redis));
                Thread.ofVirtual().start(() -> forward(redis, first));
                while (true) {
                    Socket next = gate.accept();
                    attempts.incrementAndGet();
                    next.close();
                }
            } catch (IOException closed) {
                // the end of the test
            }
        }

        private static void forward(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                from.close();
                to.close();
            } catch (IOException cut) {
                try {
                    from.close();
                    to.close();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    @PulseTest
    void garbageInsteadOfAReplyEndsTheConnectionAndNotTheLane(EmbeddedRedis redis) throws Exception {
        try (ServerSocket liar = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            Crowd server = new Crowd();
            AtomicInteger lies = new AtomicInteger();
            server.virtual(() -> answerWithGarbage(liar, redis.port(), lies));
            try (Connected connected = Connected.to("redis://127.0.0.1:" + liar.getLocalPort())) {
                for (boolean virtual : List.of(true, false)) {
                    lies.set(1);
                    Crowd crowd = new Crowd();
                    Crowd.Job job = () -> assertThat(connected.echo("truth")).isEqualTo("truth");
                    if (virtual) {
                        crowd.virtual(job);
                    } else {
                        crowd.platform(job);
                    }
                    assertThat(crowd.join()).isEmpty();
                    assertThat(lies.get()).isZero();
                }
            }
            liar.close();
            server.join();
        }
    }

    /** Forwards, but for as many replies as it is told to spoil. */
    private static void answerWithGarbage(ServerSocket liar, int port, AtomicInteger lies) {
        try {
            while (true) {
                Socket client = liar.accept();
                Socket redis = new Socket(InetAddress.getLoopbackAddress(), port);
                Thread.ofVirtual().start(() -> Pipe.forward(client, redis));
                Thread.ofVirtual().start(() -> {
                    byte[] buffer = new byte[8_192];
                    try (client;
                            redis) {
                        for (int n = redis.getInputStream().read(buffer);
                                n >= 0;
                                n = redis.getInputStream().read(buffer)) {
                            if (lies.get() > 0) {
                                lies.decrementAndGet();
                                // a length that no array can have: Jedis throws something of the JDK
                                client.getOutputStream().write("$-7\r\n".getBytes(StandardCharsets.US_ASCII));
                            } else {
                                client.getOutputStream().write(buffer, 0, n);
                            }
                        }
                    } catch (IOException e) {
                        // one side has gone
                    }
                });
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    @PulseTest
    void closeIsBoundedAndEveryCallEndsWhenRedisIsSilent(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            Connected connected = Connected.to(proxy.uri(), Duration.ofSeconds(20));
            connected.echo("up");
            proxy.silence();
            Crowd crowd = new Crowd();
            for (int i = 0; i < 30; i++) {
                int size = List.of(1, LARGE, HUGE).get(i % 3);
                Command write = Command.write("SET").key(prefix.name("k" + i)).arg(new byte[size]);
                Crowd.Job job = () -> assertThatThrownBy(() -> connected.redis().call(write))
                        .isInstanceOfAny(
                                IllegalStateException.class,
                                OutcomeUnknownException.class,
                                RedisUnavailableException.class);
                awaitWaitingOrInIo(i % 2 == 0 ? crowd.virtual(job) : crowd.platform(job));
            }
            long begin = System.nanoTime();
            connected.close(SHORT);
            assertThat(Connected.since(begin)).isLessThan(SHORT.plus(SLACK));
            assertThat(crowd.join()).isEmpty();
            assertThat(Connected.since(begin)).isLessThan(SHORT.plus(SLACK));
            proxy.heal();
        }
    }

    @PulseTest
    void whatWasNotSentBeforeItWasClosedIsNotInDoubt(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            Connected connected = Connected.to(proxy.uri(), Duration.ofSeconds(20));
            proxy.silence();
            long before = proxy.heard();
            Crowd sent = new Crowd();
            sent.virtual(() -> assertThatThrownBy(() -> connected.increment(prefix.name("sent")))
                    .isInstanceOf(OutcomeUnknownException.class));
            awaitSent(proxy, before);
            Crowd queued = new Crowd();
            for (int i = 0; i < 10; i++) {
                awaitWaiting(queued.virtual(() -> assertThatThrownBy(() -> connected.increment(prefix.name("queued")))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed")));
            }
            connected.close(SHORT);
            assertThat(sent.join()).isEmpty();
            assertThat(queued.join()).isEmpty();
            proxy.heal();
        }
    }

    /** A platform thread in a socket counts as running. */
    private static void awaitWaitingOrInIo(Thread caller) {
        if (caller.isVirtual()) {
            awaitWaiting(caller);
        }
    }

    @PulseTest
    void closeIsBoundedWhileItConnectsAnew(EmbeddedRedis redis) throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(redis.port())) {
            Connected connected = Connected.to(proxy.uri(), Duration.ofSeconds(20));
            proxy.cut();
            Crowd crowd = new Crowd();
            crowd.virtual(() -> assertThatThrownBy(() -> connected.echo("x"))
                    .isInstanceOfAny(IllegalStateException.class, RedisUnavailableException.class));
            await().until(() -> connected.status() == Health.Status.DOWN);
            proxy.silence();
            await().until(() -> proxy.connections() > 0);
            long begin = System.nanoTime();
            connected.close(Duration.ZERO);
            assertThat(crowd.join()).isEmpty();
            assertThat(Connected.since(begin)).isLessThan(SLACK);
            proxy.heal();
        }
    }

    @PulseTest
    void aConnectionThatWasClosedIsNotMadeAgainByJedis(EmbeddedRedis redis) {
        Connection connection = Connected.dial(redis.uri(), "once", PATIENT);
        OwnedConnection.discard(connection);
        assertThatThrownBy(
                        () -> connection.sendCommand(Command.repeatable("PING").arguments()))
                .isInstanceOf(JedisConnectionException.class);
        try (RespClient client = RespClient.connect(redis.uri())) {
            // nothing but the connection that asks
            await().until(() -> client.text("CLIENT", "LIST").lines().count() == 1);
        }
    }
}
