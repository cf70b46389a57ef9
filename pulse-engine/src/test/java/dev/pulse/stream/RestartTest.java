package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P15;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.RedisUnavailableException;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Redis is restarted under load, with what it keeps of that: all goes on, and what is added once is there once. */
@Attacks(
        value = {P1, P11, P15},
        by = Fault.F03)
class RestartTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** Events that were added once, in the order in which they were acknowledged. */
    private final Queue<String> added = new ConcurrentLinkedQueue<>();

    private final Set<String> handled = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean enough = new AtomicBoolean();

    @PulseTest
    void aCleanRestartWithAnAppendOnlyFileLosesNothing() throws InterruptedException {
        restartUnderLoad(AppendOnly.EVERY_SECOND, false);
        assertThat(handled).containsAll(added);
    }

    @PulseTest
    void aCrashWithAFileWrittenEverySecondIsFollowedByAllThatIsAddedAfterwards() throws InterruptedException {
        int before = restartUnderLoad(AppendOnly.EVERY_SECOND, true);
        List<String> all = List.copyOf(added);
        assertThat(handled).containsAll(all.subList(before, all.size()));
    }

    @PulseTest
    void aRestartThatLosesEverythingIsFollowedByWhatIsAddedAfterwards() throws InterruptedException {
        for (boolean crash : List.of(false, true)) {
            int before = restartUnderLoad(AppendOnly.NONE, crash);
            List<String> all = List.copyOf(added);
            assertThat(handled).containsAll(all.subList(before, all.size()));
        }
    }

    /** Returns how many were added before it, and while it was away. */
    private int restartUnderLoad(AppendOnly kept, boolean crash) throws InterruptedException {
        enough.set(false);
        added.clear();
        handled.clear();
        try (EmbeddedRedis redis = EmbeddedRedis.start(
                        EmbeddedRedisOptions.builder().appendOnly(kept).build());
                Pulse pulse = Pulse.connect(redis.uri())) {
            EventStream<String> stream = pulse.stream("orders", Codecs.string());
            SinkOptions options =
                    SinkOptions.builder().ackDeadline(Duration.ofSeconds(1)).build();
            try (Sink<String> sink = stream.sink("bill", options)) {
                sink.consume(event -> handled.add(event.payload()));
                Thread writer = Thread.startVirtualThread(() -> write(stream));
                awaitMoreHandled();
                if (crash) {
                    redis.kill();
                }
                redis.restart();
                await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
                // the reply to one may have been on its way
                int before = added.size() + 1;
                awaitMoreHandled();
                enough.set(true);
                writer.join();
                List<String> all = List.copyOf(added);
                await().atMost(LONG).until(() -> handled.containsAll(all.subList(before, all.size())));
                await().atMost(LONG).until(() -> sink.figures().pending().orElse(-1) == 0);
                assertThat(stream.snapshot()).extracting(Event::payload).doesNotHaveDuplicates();
                return before;
            }
        }
    }

    private void write(EventStream<String> stream) {
        for (int i = 0; !enough.get(); i++) {
            String payload = Integer.toString(i);
            while (!addOnce(stream, payload)) {
                Thread.onSpinWait();
            }
            added.add(payload);
        }
    }

    /** False when nobody knows whether it was added: the same is tried again. */
    private static boolean addOnce(EventStream<String> stream, String payload) {
        try {
            stream.addOnce("key-" + payload, Once.DEFAULT_WINDOW, NewEvent.of("placed", payload));
            return true;
        } catch (RedisUnavailableException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitMoreHandled() {
        int now = handled.size();
        await().atMost(LONG).until(() -> handled.size() > now + 50);
    }
}
