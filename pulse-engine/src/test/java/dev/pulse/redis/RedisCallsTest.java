package dev.pulse.redis;

import static dev.pulse.faults.Promise.P11;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.AccessDeniedException;
import dev.pulse.RedisOutOfMemoryException;
import dev.pulse.RedisReplyException;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Redis is well, its answers are not always welcome. */
@RedisTest
class RedisCallsTest {
    private static final int LARGE = 300 * 1024;
    private static final Script INCREMENT = Script.load("test-increment.lua");

    @PulseTest
    void repliesGoToTheirCallersHoweverManyCallAtOnce(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), Duration.ofSeconds(20))) {
            Crowd crowd = new Crowd();
            for (int i = 0; i < 1_000; i++) {
                String name = prefix.name("v" + i);
                crowd.virtual(() -> callTenTimes(connected, name));
            }
            for (int i = 0; i < 8; i++) {
                String name = prefix.name("p" + i);
                crowd.platform(() -> callTenTimes(connected, name));
            }
            assertThat(crowd.join()).isEmpty();
        }
    }

    private static void callTenTimes(Connected connected, String name) throws InterruptedException {
        for (int i = 1; i <= 10; i++) {
            assertThat(connected.increment(name)).isEqualTo(i);
            assertThat(connected.echo(name + i)).isEqualTo(name + i);
            Object[] both = connected
                    .redis()
                    .callAll(List.of(
                            Command.repeatable("GET").key(name),
                            Command.repeatable("ECHO").arg(name)));
            assertThat(both).hasSize(2);
            assertThat((byte[]) both[0]).asString().isEqualTo(Integer.toString(i));
            assertThat((byte[]) both[1]).asString().isEqualTo(name);
        }
    }

    @PulseTest
    void aLoneCallerGetsItsRepliesInOrder(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri())) {
            Crowd crowd = new Crowd();
            crowd.virtual(() -> callTenTimes(connected, prefix.name("virtual")));
            assertThat(crowd.join()).isEmpty();
            callTenTimes(connected, prefix.name("platform"));
        }
    }

    @PulseTest
    void connectionsAreNamedAfterClientAndRole(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                OwnedConnection own = connected.redis().connection("reader");
                RespClient client = redis.client()) {
            own.call(Command.repeatable("PING"), Duration.ZERO);
            connected.redis().call(Command.write("SET").key(prefix.name("k")).arg(new byte[LARGE]));
            assertThat(client.text("CLIENT", "LIST"))
                    .contains("name=pulse/test/lane ", "name=pulse/test/reader ", "name=pulse/test/large ");
        }
    }

    @PulseTest
    void largeCallsDoNotDelayShortOnes(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri())) {
            AtomicBoolean over = new AtomicBoolean();
            Crowd large = new Crowd();
            for (int i = 0; i < 12; i++) {
                String key = prefix.name("large" + i);
                large.virtual(() -> {
                    byte[] content = new byte[LARGE];
                    while (!over.get()) {
                        connected.redis().call(Command.write("SET").key(key).arg(content));
                    }
                });
            }
            Crowd small = new Crowd();
            for (int i = 0; i < 50; i++) {
                String name = prefix.name("small" + i);
                small.virtual(() -> callTenTimes(connected, name));
            }
            assertThat(small.join()).isEmpty();
            over.set(true);
            assertThat(large.join()).isEmpty();
        }
    }

    @PulseTest
    void interruptedBeforeSendingMeansNotDone(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                RespClient client = redis.client()) {
            for (int size : new int[] {1, LARGE}) {
                Command command = Command.write("SET").key(prefix.name("k")).arg(new byte[size]);
                Thread.currentThread().interrupt();
                assertThatExceptionOfType(InterruptedException.class)
                        .isThrownBy(() -> connected.redis().call(command));
            }
            assertThat(client.call("GET", prefix.name("k"))).isNull();
        }
    }

    @PulseTest
    @Attacks(value = P11, by = Fault.F08)
    void aFlushedScriptCacheIsInvisible(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                OwnedConnection own = connected.redis().connection("test");
                RespClient client = redis.client()) {
            long count = 0;
            for (ScriptRunner runner : List.of(connected.redis(), own.within(Duration.ofSeconds(30)))) {
                for (int i = 0; i < 10; i++) {
                    client.call("SCRIPT", "FLUSH");
                    count += 2;
                    assertThat(runner.eval(INCREMENT, List.of(prefix.name("k")), List.of(2L)))
                            .isEqualTo(count);
                }
            }
        }
    }

    @PulseTest
    void aScriptThatFailsIsAnErrorReply(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                RespClient client = redis.client()) {
            client.call("LPUSH", prefix.name("k"), "no number");
            assertThatExceptionOfType(RedisReplyException.class)
                    .isThrownBy(() -> connected.redis().eval(INCREMENT, List.of(prefix.name("k")), List.of(1L)))
                    .withMessageContaining("WRONGTYPE");
        }
    }

    @PulseTest
    void anErrorReplyConcernsItsOwnCommandAlone(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                RespClient client = redis.client()) {
            client.call("LPUSH", prefix.name("list"), "x");
            Object[] replies = connected
                    .redis()
                    .callAll(List.of(
                            Command.write("INCR").key(prefix.name("a")),
                            Command.write("INCR").key(prefix.name("list")),
                            Command.write("INCR").key(prefix.name("a"))));
            assertThat(replies[0]).isEqualTo(1L);
            assertThat(replies[1]).isInstanceOf(RedisReplyException.class);
            assertThat(replies[2]).isEqualTo(2L);
        }
    }

    @PulseTest
    @Attacks(value = P11, by = Fault.F16)
    void aWrongPasswordIsDeniedAtStartAndNotShown(TestRedis redis) {
        int port = redis.embedded().port();
        try (RespClient client = redis.client()) {
            client.call("ACL", "SETUSER", "ann", "on", ">right", "~*", "+@all");
            String uri = "redis://ann:hush@127.0.0.1:" + port;
            assertThatThrownBy(() -> Connected.to(uri))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .satisfies(RedisCallsTest::showsNoSecret);
            client.call("ACL", "DELUSER", "ann");
        }
    }

    @PulseTest
    void aPasswordIsNotShownWhereRedisRepeatsWhatItDoesNotKnow() {
        String password = "hush".repeat(100);
        try (EmbeddedRedis odd = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                .arguments("--rename-command", "AUTH", "other", "--rename-command", "HELLO", "another")
                .build())) {
            assertThatThrownBy(() -> Connected.to("redis://ann:" + password + "@127.0.0.1:" + odd.port()))
                    .isInstanceOf(RedisReplyException.class)
                    .hasMessageContaining("HELLO")
                    .satisfies(RedisCallsTest::showsNoSecret);
        }
    }

    private static void showsNoSecret(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            assertThat(each.toString()).doesNotContain("hush");
        }
    }

    @PulseTest
    void whatAUserMayNotDoIsDeniedToIt(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (RespClient client = redis.client()) {
            client.call("ACL", "SETUSER", "bob", "on", ">right", "~*", "+@connection", "+get");
            try (Connected connected = Connected.to(
                    "redis://bob:right@127.0.0.1:" + redis.embedded().port())) {
                assertThatExceptionOfType(AccessDeniedException.class)
                        .isThrownBy(() -> connected.increment(prefix.name("k")))
                        .withMessageContaining("INCR")
                        .withMessageContaining("NOPERM");
                assertThat(connected.redis().call(Command.repeatable("GET").key("k")))
                        .isNull();
            }
            client.call("ACL", "DELUSER", "bob");
        }
    }

    @PulseTest
    void whatAUserMayNotDoInAScriptIsDeniedToIt(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (RespClient client = redis.client()) {
            client.call("ACL", "SETUSER", "bob", "on", ">right", "~*", "+@connection", "+@scripting");
            try (Connected connected = Connected.to(
                    "redis://bob:right@127.0.0.1:" + redis.embedded().port())) {
                assertThatExceptionOfType(AccessDeniedException.class)
                        .isThrownBy(() -> connected.redis().eval(INCREMENT, List.of(prefix.name("k")), List.of(1L)))
                        .withMessageContaining("script test-increment.lua: EVAL")
                        .withMessageContaining("can't run this command");
            }
            client.call("ACL", "DELUSER", "bob");
        }
    }

    @PulseTest
    @Attacks(value = P11, by = Fault.F16)
    void aFullRedisIsOutOfMemory(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                RespClient client = redis.client()) {
            client.call("CONFIG", "SET", "maxmemory", "1");
            try {
                assertThatExceptionOfType(RedisOutOfMemoryException.class)
                        .isThrownBy(() -> connected.increment(prefix.name("k")));
                assertThatExceptionOfType(RedisOutOfMemoryException.class)
                        .isThrownBy(() -> connected.redis().eval(INCREMENT, List.of(prefix.name("k")), List.of(1L)));
            } finally {
                client.call("CONFIG", "SET", "maxmemory", "0");
            }
            assertThat(connected.increment(prefix.name("k"))).isEqualTo(1);
        }
    }

    @PulseTest
    @Attacks(value = P11, by = Fault.F16)
    void aBusyRedisIsWaitedFor(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri());
                RespClient blocker = redis.client();
                RespClient killer = redis.client()) {
            blocker.call("CONFIG", "SET", "lua-time-limit", "1");
            blocker.send("EVAL", "while true do end", "0");
            Crowd crowd = new Crowd();
            crowd.virtual(
                    () -> assertThat(connected.increment(prefix.name("k"))).isEqualTo(1));
            await().until(() -> "OK".equals(killed(killer)));
            assertThat(crowd.join()).isEmpty();
        }
    }

    private static String killed(RespClient client) {
        try {
            return client.text("SCRIPT", "KILL");
        } catch (RuntimeException notYet) {
            return notYet.toString();
        }
    }

    @PulseTest
    void whenClosedItIsRefused(TestRedis redis, Prefix prefix) {
        Connected connected = Connected.to(redis.uri());
        connected.close();
        connected.close();
        for (int size : new int[] {1, LARGE}) {
            assertThatThrownBy(() -> connected
                            .redis()
                            .call(Command.write("SET").key(prefix.name("k")).arg(new byte[size])))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }
}
