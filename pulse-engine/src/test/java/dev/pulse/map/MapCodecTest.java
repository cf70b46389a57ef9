package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.MapValueException;
import dev.pulse.Pulse;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What codecs of the user's may do wrong, and whom that hits. */
@RedisTest(shared = true)
class MapCodecTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Pulse pulse;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        name = prefix.name("m");
    }

    @AfterEach
    void close() {
        pulse.close();
    }

    /** Text, decoded the user's way. */
    private static Codec<String> decoding(Decoding decoding) {
        return new Codec<>() {
            @Override
            public byte[] encode(String payload) throws Exception {
                return Codecs.string().encode(payload);
            }

            @Override
            @SuppressWarnings("NullAway") // what it must not return
            public String decode(byte[] bytes) throws Exception {
                return decoding.decoded(Codecs.string().decode(bytes));
            }
        };
    }

    private interface Decoding {
        @Nullable
        String decoded(String text) throws Exception;
    }

    @PulseTest
    void oneThatBlocksDelaysItsOwnMapOnly() throws InterruptedException {
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ReplicatedMap<String> slow = pulse.map(name, decoding(text -> {
            blocks.countDown();
            goOn.await();
            return text;
        }));
        ReplicatedMap<String> other = pulse.map(name + "2", Codecs.string());
        slow.set("a", "1");
        blocks.await();
        for (int i = 0; i < 10; i++) {
            slow.set("b" + i, "1");
            other.setAndWait("a", "" + i);
        }
        assertThat(slow.size()).isZero();
        goOn.countDown();
        await().atMost(LONG).until(() -> slow.size() == 11);
    }

    @PulseTest
    void nullAndAnErrorAreValuesThatCannotBeRead() throws InterruptedException {
        ReplicatedMap<String> writer = pulse.map(name, Codecs.string());
        ReplicatedMap<String> map = pulse.map(name, decoding(text -> {
            if (text.equals("error")) {
                throw new AssertionError("on purpose");
            }
            return text.equals("null") ? null : text;
        }));
        for (String bad : List.of("null", "error")) {
            writer.set("a", bad);
            await().atMost(LONG).until(() -> map.figures().unreadable() == 1);
            assertThat(map.set("a", "good")).isEmpty();
            await().atMost(LONG).until(() -> "good".equals(map.get("a")));
        }
        writer.set("a", "null");
        assertThatThrownBy(() -> map.getFresh("a"))
                .isInstanceOf(MapValueException.class)
                .hasMessageContaining("the codec returned null");
    }

    @PulseTest
    void valuesThatNobodyCanCompareAreNotTakenForOthers() throws InterruptedException {
        AtomicInteger decoded = new AtomicInteger();
        Codec<Object> codec = new Codec<>() {
            @Override
            public byte[] encode(Object payload) throws Exception {
                return Codecs.string().encode(Long.toString(System.nanoTime()));
            }

            @Override
            public Object decode(byte[] bytes) {
                decoded.incrementAndGet();
                return new Object();
            }
        };
        ReplicatedMap<Object> map = pulse.map(
                name,
                codec,
                MapOptions.builder().checkPeriod(Duration.ofMillis(200)).build());
        map.setAndWait("a", new Object());
        // the change may have taken so long that it counted as lost; what comes after is about checks alone
        await().atMost(LONG).until(() -> decoded.get() > 2);
        int before = decoded.get();
        long snapshots = map.figures().snapshots();
        // each check looks at it
        await().atMost(LONG).until(() -> decoded.get() > before + 10);
        assertThat(map.figures().regressions()).isZero();
        assertThat(map.figures().snapshots()).isEqualTo(snapshots);
    }
}
