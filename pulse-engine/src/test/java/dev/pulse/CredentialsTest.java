package dev.pulse;

import static dev.pulse.faults.Promise.P11;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.LogLines;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@RedisTest
@Attacks(value = P11, by = Fault.F16)
class CredentialsTest {
    private static final String USER = "ann";
    private static final Duration LONG = Duration.ofSeconds(30);

    private RespClient admin;

    @BeforeEach
    void addUser(TestRedis redis) {
        admin = redis.client();
        admin.call("ACL", "SETUSER", USER, "reset", "on", ">one", "~*", "&*", "+@all");
    }

    @AfterEach
    void removeUser() {
        admin.call("ACL", "DELUSER", USER);
        admin.close();
    }

    private void rotate(String password) {
        admin.call("ACL", "SETUSER", USER, "resetpass", ">" + password);
        admin.call("CLIENT", "KILL", "USER", USER);
    }

    @PulseTest
    void aUserOfTheAclInTheUriConnects(TestRedis redis, Prefix prefix) throws InterruptedException {
        String uri = redis.uri().replace("redis://", "redis://ann:one@");
        try (Pulse pulse = Pulse.connect(uri)) {
            pulse.stream(prefix.name("s")).add("e", new byte[0]);
            assertThat(admin.text("CLIENT", "LIST")).contains("user=" + USER);
        }
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> Pulse.connect(uri.replace("one", "hush")))
                .withMessageContaining("WRONGPASS")
                .withMessageNotContaining("hush");
    }

    @PulseTest
    void aPasswordThatChangesIsAskedForAtEachNewConnection(TestRedis redis, Prefix prefix) throws InterruptedException {
        // not in any other text
        String first = prefix.name("sesame");
        String second = prefix.name("mellon");
        AtomicReference<String> password = new AtomicReference<>(first);
        Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
        rotate(first);
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        try (Pulse pulse = Pulse.builder()
                .uri(redis.uri())
                .commandTimeout(Duration.ofSeconds(2))
                .listener(told::add)
                .credentials(() -> new Credentials(USER, requireNonNull(password.get())))
                .connect()) {
            EventStream<String> stream = pulse.stream(prefix.name("s"), Codecs.string());
            var sink = stream.sink(
                    "k",
                    SinkOptions.builder()
                            .startAt(StartAt.oldest())
                            .blockTime(Duration.ofMillis(300))
                            .build());
            sink.consume(event -> handled.add(event.payload()));
            stream.add("e", "before");
            await().atMost(LONG).until(() -> handled.contains("before"));

            rotate(second);
            await().atMost(LONG).untilAsserted(() -> {
                assertThat(pulse.health().status()).isEqualTo(Health.Status.DOWN);
                assertThat(pulse.health().why()).contains("WRONGPASS").contains("lane");
            });
            assertThatExceptionOfType(AccessDeniedException.class)
                    .isThrownBy(() -> stream.add("e", "refused"))
                    .withMessageContaining("WRONGPASS")
                    .withMessageNotContaining(first);

            password.set(second);
            await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
            stream.add("e", "after");
            await().atMost(LONG).until(() -> handled.contains("after"));
            assertThat(handled).doesNotContain("refused");
            assertThat(LogLines.with("loop=sink " + stream.name())).isNotEmpty();
            for (String secret : List.of(first, second)) {
                assertThat(LogLines.with(secret)).isEmpty();
                assertThat(told.toString() + pulse.health() + pulse).doesNotContain(secret);
            }
        }
    }

    @PulseTest
    void aSupplierThatFailsIsARefusedAccess(TestRedis redis) {
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> Pulse.builder()
                        .uri(redis.uri())
                        .credentials(() -> {
                            throw new IllegalStateException("vault is sealed");
                        })
                        .connect())
                .withMessageContaining("vault is sealed");
    }

    @PulseTest
    void credentialsAreGivenOnceAndShowNoPassword(TestRedis redis) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pulse.builder()
                        .uri(redis.uri().replace("redis://", "redis://:hush@"))
                        .credentials(() -> Credentials.password("hush"))
                        .connect())
                .withMessage("credentials come from the URI or from a supplier, not from both");
        assertThat(new Credentials(USER, "hush")).hasToString("Credentials[user=ann]");
        assertThatIllegalArgumentException().isThrownBy(() -> Credentials.password(""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Credentials("", "hush"));
    }

    @PulseTest
    void aUserNeedsNoMoreThanTheseRights(TestRedis redis, Prefix prefix) throws InterruptedException {
        admin.call(
                "ACL",
                "SETUSER",
                USER,
                "reset",
                "on",
                ">one",
                "~pulse:stream:*",
                "~map:*",
                "resetchannels",
                "&map:*",
                "+@read",
                "+@write",
                "+@connection",
                "+@scripting",
                "+@pubsub",
                "+time",
                "-@dangerous",
                "+client|id",
                "+client|unblock");
        String uri = redis.uri().replace("redis://", "redis://ann:one@");
        try (Traffic traffic = Traffic.start(Pulse.builder().uri(uri), prefix.name("s"))) {
            traffic.awaitProgress(LONG);
            traffic.requireUp(LONG);
            traffic.stopAndRequireAllHandled();
        }
        MapOptions expiring = MapOptions.builder().ttl(MapTtl.sliding(LONG)).build();
        try (Pulse pulse = Pulse.connect(uri);
                ReplicatedMap<String> map = pulse.map(prefix.name("m"), Codecs.string(), expiring)) {
            map.setAndWait("a", "1");
            map.inc("a", 1);
            map.lists().append("l", List.of("x"));
            map.lists().remove("l", List.of("x"));
            map.delete("a");
            map.reset();
            assertThat(map.getFresh("a")).isEmpty();
        }
    }
}
