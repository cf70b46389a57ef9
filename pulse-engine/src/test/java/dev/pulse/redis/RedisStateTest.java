package dev.pulse.redis;

import static dev.pulse.faults.Promise.P11;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Redis is there and does not run commands at the moment: it is a replica, loads, or misses its own replicas. */
@RedisTest
@Attacks(value = P11, by = Fault.F16)
class RedisStateTest {
    private static final Script INCREMENT = Script.load("test-increment.lua");
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);

    @AfterEach
    void backToNormal(TestRedis redis) {
        try (RespClient client = redis.client()) {
            client.call("REPLICAOF", "NO", "ONE");
            client.call("CONFIG", "SET", "replica-serve-stale-data", "yes");
            client.call("CONFIG", "SET", "min-replicas-to-write", "0");
            client.call("CONFIG", "SET", "key-load-delay", "0");
            client.call("FLUSHALL");
        }
    }

    @PulseTest
    void whatAReplicaRefusesIsDoneOnceItIsThePrimary(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), LONG);
                RespClient client = redis.client()) {
            client.call("REPLICAOF", "127.0.0.1", "1");
            awaitRefusal(
                    connected,
                    "READONLY",
                    impatient -> impatient.call(Command.write("INCR").key(prefix.name("refused"))));
            Crowd crowd = writersAndScripts(connected, prefix);
            await().atMost(LONG).until(() -> connected.status() == Health.Status.DOWN);
            client.call("REPLICAOF", "NO", "ONE");
            assertThat(crowd.join()).isEmpty();
            assertThat(client.call("EXISTS", prefix.name("refused"))).isEqualTo(0L);
            await().atMost(LONG).until(() -> connected.status() == Health.Status.UP);
        }
    }

    /** Something that is asked for and not done. */
    @FunctionalInterface
    private interface Attempt {
        void make(Redis impatient) throws InterruptedException;
    }

    /** Waits until it is told as not done, for the reason that Redis gave with this word. */
    private static void awaitRefusal(Connected connected, String word, Attempt attempt) {
        await().atMost(LONG).until(() -> {
            try {
                attempt.make(connected.redis().withTimeout(SHORT));
                return false;
            } catch (RedisUnavailableException e) {
                return String.valueOf(e.getMessage()).contains(word);
            } catch (OutcomeUnknownException e) {
                // the time was over before Redis could say so
                return false;
            }
        });
    }

    /** Each on a key of its own, once. */
    private static Crowd writersAndScripts(Connected connected, Prefix prefix) {
        Crowd crowd = new Crowd();
        for (int i = 0; i < 10; i++) {
            String written = prefix.name("written" + i);
            crowd.virtual(() -> assertThat(connected.increment(written)).isEqualTo(1));
            String scripted = prefix.name("scripted" + i);
            crowd.platform(() -> assertThat(connected.redis().eval(INCREMENT, List.of(scripted), List.of(1L)))
                    .isEqualTo(1L));
        }
        return crowd;
    }

    @PulseTest
    void aReplicaWithoutItsPrimaryIsWaitedFor(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), LONG);
                RespClient client = redis.client()) {
            connected.increment(prefix.name("n"));
            client.call("CONFIG", "SET", "replica-serve-stale-data", "no");
            client.call("REPLICAOF", "127.0.0.1", "1");
            Command read = Command.repeatable("GET").key(prefix.name("n"));
            awaitRefusal(connected, "MASTERDOWN", impatient -> impatient.call(read));
            Crowd crowd = new Crowd();
            crowd.virtual(() -> assertThat(connected.redis().call(read)).isEqualTo(bytes("1")));
            client.call("REPLICAOF", "NO", "ONE");
            assertThat(crowd.join()).isEmpty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @PulseTest
    void aRedisThatLoadsItsDataIsWaitedFor(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), LONG);
                RespClient client = redis.client();
                RespClient reloading = redis.client().timeout(LONG)) {
            // it answers each 2 MB that it has loaded
            client.call("CONFIG", "SET", "rdbcompression", "no");
            for (int i = 0; i < 40; i++) {
                client.call("SET", prefix.name("filling" + i), "x".repeat(2 * 1024 * 1024));
            }
            client.call("CONFIG", "SET", "key-load-delay", "50000");
            reloading.send("DEBUG", "RELOAD");
            awaitRefusal(
                    connected,
                    "LOADING",
                    impatient -> impatient.call(Command.repeatable("EXISTS").key("x")));
            Crowd crowd = writersAndScripts(connected, prefix);
            assertThat(reloading.read()).isEqualTo("OK");
            assertThat(crowd.join()).isEmpty();
        }
    }

    @PulseTest
    void aPrimaryThatMissesItsReplicasIsWaitedFor(TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Connected connected = Connected.to(redis.uri(), LONG);
                RespClient client = redis.client()) {
            client.call("CONFIG", "SET", "min-replicas-to-write", "1");
            awaitRefusal(
                    connected,
                    "NOREPLICAS",
                    impatient -> impatient.eval(INCREMENT, List.of(prefix.name("refused")), List.of(1L)));
            Crowd crowd = writersAndScripts(connected, prefix);
            client.call("CONFIG", "SET", "min-replicas-to-write", "0");
            assertThat(crowd.join()).isEmpty();
        }
    }
}
