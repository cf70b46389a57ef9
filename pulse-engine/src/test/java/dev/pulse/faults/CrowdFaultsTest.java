package dev.pulse.faults;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P12;
import static dev.pulse.faults.Promise.P2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.RedisUnavailableException;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Retention;
import dev.pulse.stream.SinkOptions;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Thousands of callers at once on an engine that has not yet done anything, some of which are interrupted. */
@RedisTest
class CrowdFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Set<String> added = ConcurrentHashMap.newKeySet();
    private final Set<String> notAdded = ConcurrentHashMap.newKeySet();
    private final Queue<String> handled = new ConcurrentLinkedQueue<>();

    @Drill
    @Attacks(
            value = {P1, P2, P12},
            by = Fault.F22)
    void interruptsInACrowdAreToldAsTheyAre(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        int callers = Trial.drillTime().isZero() ? 2_000 : 10_000;
        try (Pulse pulse = Pulse.builder()
                .uri(redis.uri())
                .commandTimeout(Duration.ofSeconds(20))
                .connect()) {
            EventStream<String> stream = pulse.stream(prefix.name("s"), Codecs.string(), Retention.unbounded());
            List<Thread> threads = new ArrayList<>(callers);
            for (int i = 0; i < callers; i++) {
                String payload = Integer.toString(i);
                threads.add(Thread.ofVirtual().unstarted(() -> add(stream, payload)));
            }
            for (Thread thread : threads) {
                thread.start();
                if (trial.random().nextInt(4) == 0) {
                    threads.get(trial.random().nextInt(callers)).interrupt();
                }
            }
            for (Thread thread : threads) {
                assertThat(thread.join(LONG)).as("the caller ends").isTrue();
            }
            stream.sink("k", SinkOptions.builder().concurrency(1_000).build())
                    .consume(event -> handled.add(event.payload()));
            List<String> kept = stream.snapshot().stream().map(Event::payload).toList();
            assertThat(kept).doesNotHaveDuplicates().containsAll(added).doesNotContainAnyElementsOf(notAdded);
            await().atMost(LONG).until(() -> handled.size() >= kept.size());
            assertThat(handled).containsExactlyInAnyOrderElementsOf(kept);
            trial.add(Findings.events(added.size()));
        }
    }

    private void add(EventStream<String> stream, String payload) {
        try {
            stream.add("e", payload);
            added.add(payload);
        } catch (InterruptedException | RedisUnavailableException e) {
            notAdded.add(payload);
        } catch (OutcomeUnknownException e) {
            // it may be there
        }
    }
}
