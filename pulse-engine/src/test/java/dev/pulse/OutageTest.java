package dev.pulse;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P13;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.LogLines;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Redis is gone for a while, for a process with several readers and sinks: that is cheap, shows, and is over at once. */
@RedisTest
@Attacks(
        value = {P11, P13},
        by = Fault.F06)
class OutageTest {
    private static final int EACH = 4;
    /** With Redis: the lane, and of each sink and each reader the read. */
    private static final int CONNECTIONS = 1 + 2 * EACH;

    private static final Duration OUTAGE = Duration.ofSeconds(3);
    /** What is promised, and what a busy machine may add. */
    private static final Duration SHOWN = Duration.ofSeconds(10 + 10);

    private static final Duration HEALED = Duration.ofSeconds(5 + 10);
    private static final long MEGABYTE = 1024 * 1024;

    private final Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final List<EventStream<String>> streams = new ArrayList<>();
    private FaultProxy proxy;
    private Pulse pulse;

    @BeforeEach
    void open(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        proxy = FaultProxy.to(redis.port());
        pulse = Pulse.builder()
                .uri(proxy.uri())
                .commandTimeout(Duration.ofSeconds(3))
                .listener(told::add)
                .connect();
        for (int i = 0; i < EACH; i++) {
            EventStream<String> stream = pulse.stream(prefix.name("s" + i), Codecs.string());
            streams.add(stream);
            SinkOptions often = SinkOptions.builder()
                    .startAt(StartAt.oldest())
                    .ackDeadline(Duration.ofSeconds(2))
                    .build();
            stream.sink("k", often).consume(event -> seen.add("sink " + event.payload()));
            stream.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())
                    .consume(event -> seen.add("reader " + event.payload()));
        }
        awaitAllGet("first");
        assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);
    }

    @AfterEach
    void close() {
        pulse.close(Duration.ZERO);
        proxy.close();
    }

    private void awaitAllGet(String what) throws InterruptedException {
        for (EventStream<String> stream : streams) {
            stream.add("e", stream.name() + what);
        }
        await().atMost(HEALED)
                .until(() -> streams.stream()
                        .allMatch(stream -> seen.contains("sink " + stream.name() + what)
                                && seen.contains("reader " + stream.name() + what)));
    }

    @PulseTest
    void attemptsAreFewMemoryIsFlatAndEachChangeIsToldOnce(Prefix prefix) throws InterruptedException {
        long memory = usedMemory();
        // an earlier proxy may have had this port
        int logged = lines(prefix).size();
        proxy.cut();
        await().atMost(SHOWN).until(() -> failing() >= CONNECTIONS);
        Duration worked = cpuTime();
        long before = proxy.accepted();
        long begin = System.nanoTime();
        List<Thread> callers = streams.stream()
                .map(stream -> Thread.ofVirtual().start(() -> addInVain(stream, begin + OUTAGE.toNanos())))
                .toList();
        for (Thread caller : callers) {
            caller.join();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        // back-off doubles to 1 s, jittered down to half of it; at first it may still be shorter
        assertThat(proxy.accepted() - before).isBetween((long) CONNECTIONS, (long) (CONNECTIONS * (2 * seconds + 4)));
        assertThat(cpuTime().minus(worked).toNanos() / 1e9).isLessThan(seconds / 2);
        assertThat(usedMemory() - memory).isLessThan(10 * MEGABYTE);
        assertThat(pulse.health().status()).isEqualTo(Health.Status.DOWN);

        proxy.heal();
        await().atMost(HEALED).until(() -> pulse.health().status() == Health.Status.UP);
        awaitAllGet("last");
        List<String> lost = told.stream()
                .filter(PulseEvent.ConnectionLost.class::isInstance)
                .map(event -> ((PulseEvent.ConnectionLost) event).loop())
                .toList();
        assertThat(lost).hasSizeGreaterThanOrEqualTo(CONNECTIONS).doesNotHaveDuplicates();
        await().untilAsserted(() -> assertThat(told)
                .filteredOn(PulseEvent.ConnectionRestored.class::isInstance)
                .extracting(event -> ((PulseEvent.ConnectionRestored) event).loop())
                .containsExactlyInAnyOrderElementsOf(lost));
        // one line for each loop that failed, all of them warnings
        assertThat(lines(prefix)).hasSize(logged + lost.size());
    }

    private List<String> lines(Prefix prefix) {
        return LogLines.with(prefix.value(), "127.0.0.1:" + proxy.port());
    }

    private void addInVain(EventStream<String> stream, long end) {
        while (System.nanoTime() < end) {
            try {
                stream.add("e", "in vain");
                throw new AssertionError("added though Redis was gone");
            } catch (RedisUnavailableException e) {
                // as it should be
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private long failing() {
        return pulse.health().loops().stream()
                .filter(loop -> loop.status() != Health.Status.UP)
                .count();
    }

    private static Duration cpuTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @PulseTest
    void aRedisThatIsSilentShowsAndIsUsedAgain() throws InterruptedException {
        proxy.silence();
        await().atMost(SHOWN).until(() -> failing() >= CONNECTIONS);
        assertThat(pulse.health().status()).isEqualTo(Health.Status.DOWN);
        assertThat(pulse.health().why()).startsWith("lane 127.0.0.1:" + proxy.port() + ": ");
        assertThat(pulse.health().loops())
                .filteredOn(loop -> loop.status() != Health.Status.UP)
                .allSatisfy(loop -> assertThat(loop.why()).contains("127.0.0.1:" + proxy.port()));
        proxy.heal();
        await().atMost(HEALED).until(() -> pulse.health().status() == Health.Status.UP);
        awaitAllGet("last");
    }
}
