package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

class SignalsTest {
    private static PulseEvent event(int n) {
        return new PulseEvent.ConnectionRestored("test " + n);
    }

    @PulseTest
    void aListenerThatThrowsIsToldTheNextEventToo() {
        Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
        Signals signals = new Signals(event -> {
            told.add(event);
            if (told.size() % 2 == 0) {
                throw new AssertionError("expected by the test");
            }
            throw new IllegalStateException("expected by the test");
        });
        for (int i = 0; i < 4; i++) {
            signals.emit(event(i));
        }
        await().until(() -> told.size() == 4);
        assertThat(told).containsExactly(event(0), event(1), event(2), event(3));
    }

    @PulseTest
    void aSlowListenerDelaysNobodyAndMissesWhatIsBeyondTheBacklog() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        Signals signals = new Signals(event -> {
            told.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            signals.emit(event(0));
            await().until(() -> told.get() == 1);
            long begin = System.nanoTime();
            for (int i = 1; i < 3_000; i++) {
                signals.emit(event(i));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
            assertThat(signals.dropped()).isEqualTo(2_000);
        } finally {
            release.countDown();
        }
        await().until(() -> told.get() == 1_000);
        await().until(() -> Threads.named("listener") == 0);
        signals.emit(event(0));
        await().until(() -> told.get() == 1_001);
        assertThat(signals.dropped()).as("told in the log when it caught up").isZero();
    }

    @PulseTest
    void healthIsTheWorstOfAllLoopsAndTheOldestOfTheWorst() {
        Signals signals = new Signals(event -> {});
        assertThat(signals.health().status()).isEqualTo(Health.Status.UP);
        LoopSignal first = signals.loop("a", false);
        LoopSignal vital = signals.loop("b", true);
        first.fails(new IllegalStateException("one"));
        assertThat(signals.health().status()).isEqualTo(Health.Status.DEGRADED);
        vital.fails(new IllegalStateException());
        assertThat(signals.health().status()).isEqualTo(Health.Status.DOWN);
        assertThat(signals.health().why()).isEqualTo("b: java.lang.IllegalStateException");
        vital.works();
        assertThat(signals.health().why()).isEqualTo("a: one");
        first.close();
        assertThat(signals.health().status()).isEqualTo(Health.Status.UP);
        assertThat(signals.health().why()).isEmpty();
        assertThat(signals.health().loops()).extracting(Health.Loop::name).containsExactly("b");
        await().until(() -> Threads.named("listener") == 0);
    }

    @PulseTest
    void sinceIsWhenTheWholeBecameWhatItIsWhateverLoopsComeAndGo() {
        Signals signals = new Signals(event -> {});
        Instant begun = signals.health().since();
        LoopSignal first = signals.loop("a", false);
        LoopSignal second = signals.loop("b", false);
        assertThat(signals.health().since()).isEqualTo(begun);
        first.fails(new IllegalStateException("one"));
        Instant degraded = signals.health().since();
        assertThat(degraded).isAfter(begun);
        second.fails(new IllegalStateException("two"));
        first.works();
        assertThat(signals.health().why()).isEqualTo("b: two");
        assertThat(signals.health().since()).isEqualTo(degraded);
        second.close();
        assertThat(signals.health().since()).isAfter(degraded);
        await().until(() -> Threads.named("listener") == 0);
    }
}
