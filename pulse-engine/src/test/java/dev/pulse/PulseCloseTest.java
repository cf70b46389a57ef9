package dev.pulse;

import static dev.pulse.faults.Promise.P12;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

@RedisTest
class PulseCloseTest {
    private static final Duration BOUND = Duration.ofSeconds(15);

    @PulseTest
    void closeCanBeRepeatedAndComeFromSeveralThreads(TestRedis redis) throws InterruptedException {
        Pulse pulse = Pulse.connect(redis.uri());
        List<Thread> closers = IntStream.range(0, 8)
                .mapToObj(i -> Thread.ofVirtual().start(pulse::close))
                .toList();
        for (Thread closer : closers) {
            assertThat(closer.join(BOUND)).isTrue();
        }
        pulse.close();
        assertThat(pulse.close(Duration.ZERO).problems()).isEmpty();
        assertThat(pulse.health().loops()).isEmpty();
    }

    @PulseTest
    @Attacks(value = P12, by = Fault.F06)
    void closeIsBoundedWhenRedisIsGoneOrSilent(EmbeddedRedis redis) {
        for (boolean paused : List.of(true, false)) {
            Pulse pulse = Pulse.connect(redis.uri());
            if (paused) {
                redis.pause();
            } else {
                redis.kill();
            }
            long begin = System.nanoTime();
            pulse.close(Duration.ofMillis(100));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
            if (paused) {
                redis.resume();
            }
        }
    }

    @PulseTest
    void anInterruptOfTheCloserStays(TestRedis redis) {
        Pulse pulse = Pulse.connect(redis.uri());
        Thread.currentThread().interrupt();
        pulse.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    @PulseTest
    void theDrainIsUpToOneHour(TestRedis redis) {
        try (Pulse pulse = Pulse.connect(redis.uri())) {
            for (Duration bad :
                    List.of(Duration.ofMillis(-1), Duration.ofHours(1).plusNanos(1))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> pulse.close(bad))
                        .withMessage("drain is PT0S to PT1H, was " + bad);
            }
        }
    }

    @PulseTest
    void whenClosedStreamsRefuseToWork(TestRedis redis, Prefix prefix) {
        Pulse pulse = Pulse.connect(redis.uri());
        EventStream<String> stream = pulse.stream(prefix.name("s"), Codecs.string());
        pulse.close();
        assertThatThrownBy(() -> stream.add(NewEvent.of("n", "p"))).isInstanceOf(IllegalStateException.class);
    }

    @PulseTest
    void anEmbeddedRedisLivesAsLongAsItsPulse() throws InterruptedException {
        int port;
        try (Pulse pulse = Pulse.connect("embedded:")) {
            pulse.stream("s", Codecs.string()).add(NewEvent.of("n", "p"));
            String lane = pulse.health().loops().getFirst().name();
            port = Integer.parseInt(lane.substring(lane.lastIndexOf(':') + 1));
            try (RespClient client = RespClient.connect(port)) {
                assertThat(client.text("PING")).isEqualTo("PONG");
            }
        }
        assertThatThrownBy(() -> RespClient.connect(port).close()).isInstanceOf(RuntimeException.class);
    }
}
