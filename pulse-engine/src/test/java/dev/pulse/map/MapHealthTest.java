package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.AccessDeniedException;
import dev.pulse.Health;
import dev.pulse.MapValueException;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.LogLines;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What cannot be shown, and what is out of date, shows in health and figures, and is told. */
@RedisTest
class MapHealthTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RawMap raw;

    @BeforeEach
    void open(EmbeddedRedis redis, Prefix prefix) {
        pulse = Pulse.builder()
                .uri(redis.uri())
                .commandTimeout(Duration.ofSeconds(3))
                .connect();
        raw = new RawMap(RespClient.connect(redis.uri()), prefix.name("m"));
    }

    @AfterEach
    void close() {
        raw.raw().close();
        pulse.close();
    }

    private ReplicatedMap<String> join(MapOptions.Builder options) throws InterruptedException {
        return pulse.map(
                raw.name(), Codecs.string(), options.listener(told::add).build());
    }

    private Health.Loop loop(String name) {
        return pulse.health().loops().stream()
                .filter(loop -> loop.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @PulseTest
    void whatTheCodecCannotReadIsAbsentAndShowsUntilItIsGone() throws InterruptedException {
        raw.raw().call(bytes("HSET"), bytes(raw.content()), bytes("bad"), bytes("\u00ff"));
        raw.raw().call(bytes("HSET"), bytes(raw.content()), bytes("\u00ff"), bytes("good"));
        raw.raw().call("HSET", raw.content(), "good", "1", "=rev", "3", "=kind", "set");
        ReplicatedMap<String> map = join(MapOptions.builder());
        assertThat(map.snapshot()).isEqualTo(Map.of("good", "1"));
        assertThat(map.figures().unreadable()).isEqualTo(2);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(told)
                        .hasSize(2)
                        .contains(new PulseEvent.MapValueDropped(raw.name(), "\ufffd", "the key is no UTF-8")));
        String content = "map " + raw.name() + " content";
        await().atMost(LONG).until(() -> loop(content).status() == Health.Status.DEGRADED);
        assertThat(loop(content).why()).startsWith("2 entries cannot be shown");
        assertThatThrownBy(() -> map.getFresh("bad")).isInstanceOf(MapValueException.class);
        // what was there cannot be told, but it is replaced
        assertThat(map.setAndWait("bad", "2")).isEmpty();
        assertThat(map.get("bad")).isEqualTo("2");
        raw.raw().call("DEL", raw.content());
        map.setAndWait("good", "3");
        assertThat(map.figures().unreadable()).isZero();
        await().atMost(LONG).until(() -> loop(content).status() == Health.Status.UP);
        assertThat(LogLines.with(content + " state=warning ")).hasSize(1);
    }

    @PulseTest
    void garbageOnTheChannelStopsNothing() throws InterruptedException {
        ReplicatedMap<String> map = join(MapOptions.builder());
        for (String garbage : new String[] {"", "set:", "set:\u0001", "nonsense", "reset:-1", "destroy:x"}) {
            raw.raw().call(bytes("PUBLISH"), bytes(raw.channel()), bytes(garbage));
        }
        map.setAndWait("a", "1");
        assertThat(map.get("a")).isEqualTo("1");
        assertThat(map.figures().snapshots()).isOne();
        assertThat(map.figures().malformed()).isEqualTo(6);
        assertThat(LogLines.with("map=" + raw.name() + " state=malformed-message"))
                .hasSize(1);
    }

    @PulseTest
    void aRevisionThatIsNoNumberShowsAndIsFollowedWhenItIsOneAgain() throws InterruptedException {
        ReplicatedMap<String> map = join(MapOptions.builder().checkPeriod(Duration.ofMillis(100)));
        map.setAndWait("a", "1");
        raw.raw().call("HSET", raw.content(), "=rev", "x");
        await().atMost(LONG).until(() -> loop("map " + raw.name()).status() == Health.Status.DEGRADED);
        assertThat(loop("map " + raw.name()).why()).contains("=rev");
        raw.raw().call("HSET", raw.content(), "=rev", "7", "b", "2");
        await().atMost(LONG).until(() -> "2".equals(map.get("b")) && map.revision() == 7);
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
    }

    @PulseTest
    void stalenessGrowsWhileRedisIsAwayAndShowsAboveItsBound(EmbeddedRedis redis) throws InterruptedException {
        ReplicatedMap<String> map =
                join(MapOptions.builder().checkPeriod(Duration.ofMillis(100)).stalenessBound(Duration.ofMillis(1_500)));
        map.setAndWait("a", "1");
        String content = "map " + raw.name() + " content";
        redis.pause();
        await().atMost(LONG).until(() -> loop(content).status() == Health.Status.DEGRADED);
        assertThat(loop(content).why()).startsWith("not known to be equal to Redis for ");
        assertThat(map.staleness()).isGreaterThan(Duration.ofMillis(1_500));
        assertThat(map.figures().lastSync()).isGreaterThan(Duration.ofMillis(1_500));
        assertThat(map.get("a")).isEqualTo("1");
        redis.resume();
        await().atMost(LONG).until(() -> map.figures().lastSync().compareTo(Duration.ofMillis(1_500)) < 0);
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
    }

    @PulseTest
    void aWriteWhoseMessageIsRefusedChangesNothing(EmbeddedRedis redis) throws InterruptedException {
        raw.raw().call("ACL", "SETUSER", "ann", "reset", "on", ">one", "~*", "&*", "+@all");
        try (Pulse ann = Pulse.connect(redis.uri().replace("redis://", "redis://ann:one@"));
                ReplicatedMap<String> map = ann.map(raw.name(), Codecs.string())) {
            map.set("a", "1");
            map.set("n", "7");
            map.lists().append("l", List.of("x"));
            Map<String, String> before = raw.entries();
            raw.raw().call("ACL", "SETUSER", "ann", "resetchannels");
            List<ThrowingCallable> writes = List.of(
                    () -> map.set("a", "2"),
                    () -> map.inc("n", 1),
                    () -> map.inc("new", 1),
                    () -> map.setIfAbsent("new", "1"),
                    () -> map.testAndSet("a", "1", "2"),
                    () -> map.delete("a"),
                    () -> map.testAndDelete("a", "1"),
                    () -> map.lists().append("l", List.of("y")),
                    () -> map.lists().appendUnique("l", List.of("y")),
                    () -> map.lists().remove("l", List.of("x")),
                    map::reset,
                    map::destroy);
            for (ThrowingCallable write : writes) {
                assertThatThrownBy(write)
                        .as("write %s", writes.indexOf(write))
                        .isInstanceOf(AccessDeniedException.class);
                assertThat(raw.entries()).as("write %s", writes.indexOf(write)).isEqualTo(before);
            }
            // local reads, and the look now and then, go on; what hinders the subscription shows
            assertThat(map.getFresh("a")).contains("1");
            // from 7.0 on Redis ends by itself what may not go on; 6.2 only refuses it anew
            raw.raw().call("CLIENT", "KILL", "TYPE", "pubsub");
            await().atMost(LONG).until(() -> ann.health().why().startsWith("map " + raw.name() + " content: "));
            raw.raw().call("ACL", "SETUSER", "ann", "&*");
            await().atMost(LONG).until(() -> ann.health().status() == Health.Status.UP);
            map.setAndWait("a", "3");
        } finally {
            raw.raw().call("ACL", "DELUSER", "ann");
        }
    }

    @PulseTest
    void aChannelThatIsDeniedCostsOtherMapsNothingAndIsAskedForAgain(EmbeddedRedis redis, Prefix prefix)
            throws InterruptedException {
        String allowed = "&map:" + prefix.name("a") + ":*";
        raw.raw().call("ACL", "SETUSER", "ann", "reset", "on", ">one", "~*", "&*", "+@all");
        try (Pulse ann = Pulse.connect(redis.uri().replace("redis://", "redis://ann:one@"));
                ReplicatedMap<String> before = ann.map(prefix.name("a"), Codecs.string());
                ReplicatedMap<String> denied = ann.map(
                        raw.name(),
                        Codecs.string(),
                        MapOptions.builder().checkPeriod(Duration.ofMillis(100)).build())) {
            raw.raw().call("ACL", "SETUSER", "ann", "resetchannels", allowed);
            raw.raw().call("CLIENT", "KILL", "TYPE", "pubsub");
            String why = "nobody tells it of changes, which it finds by looking every PT0.1S: SUBSCRIBE "
                    + raw.channel() + ": NOPERM";
            // nothing but the denied map
            await().atMost(LONG)
                    .until(() -> ann.health().loops().stream()
                            .allMatch(loop -> loop.name().equals("map " + raw.name() + " content")
                                    ? loop.why().startsWith(why)
                                    : loop.status() == Health.Status.UP));
            assertThatThrownBy(() -> ann.map(prefix.name("b"), Codecs.string()))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("SUBSCRIBE map:" + prefix.name("b") + ":updates");
            before.setAndWait("k", "1");
            assertThat(before.get("k")).isEqualTo("1");
            // the look now and then goes on
            raw.raw().call("HSET", raw.content(), "=rev", "1", "k", "1");
            await().atMost(LONG).until(() -> "1".equals(denied.get("k")));
            raw.raw().call("ACL", "SETUSER", "ann", "&map:" + prefix.name("b") + ":*");
            try (ReplicatedMap<String> after = ann.map(prefix.name("b"), Codecs.string())) {
                after.setAndWait("k", "1");
            }
            raw.raw().call("ACL", "SETUSER", "ann", "&*");
            await().atMost(LONG).until(() -> ann.health().status() == Health.Status.UP);
            denied.setAndWait("k", "2");
        } finally {
            raw.raw().call("ACL", "DELUSER", "ann");
        }
    }

    @PulseTest
    void optionsOutOfTheirRangeAreRefused() {
        assertThatThrownBy(() ->
                        MapOptions.builder().checkPeriod(Duration.ofMillis(49)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("checkPeriod is PT0.05S to PT1H, was PT0.049S");
        assertThatThrownBy(() -> MapOptions.builder()
                        .stalenessBound(Duration.ofSeconds(30))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stalenessBound is longer than checkPeriod");
        assertThatThrownBy(() -> MapTtl.sliding(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ttl is");
        assertThatThrownBy(() -> WatchOptions.builder().backlog(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backlog is 1 to 100000, was 0");
    }
}
