package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.PulseEvent;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

class RecurringTest {
    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final Signals signals = new Signals(events::add);
    private final AtomicInteger turns = new AtomicInteger();

    private Recurring start(String name, Recurring.Turn turn) {
        return Recurring.start(signals.loop(name, false), turn);
    }

    private static boolean ends(Recurring recurring) throws InterruptedException {
        return recurring.join(System.nanoTime() + LIMIT.toNanos());
    }

    @PulseTest
    void comesAgainAfterEachWaitAndHasNoThreadMeanwhile() {
        Recurring recurring = start("test comes again", () -> turns.incrementAndGet() < 5 ? SOON : NEVER);
        await().until(() -> turns.get() == 5);
        await().untilAsserted(() -> assertThat(Tasks.live()).doesNotContain("pulse test comes again"));
        recurring.stop();
        assertThat(signals.health().loops()).isEmpty();
    }

    @PulseTest
    void wokenItComesAtOnceAndOnceMoreWhenWokenInATurn() throws InterruptedException {
        Semaphore mayEnd = new Semaphore(0);
        Recurring recurring = start("test is woken", () -> {
            turns.incrementAndGet();
            mayEnd.acquire();
            return NEVER;
        });
        await().until(() -> turns.get() == 1);
        recurring.wake();
        recurring.wake();
        mayEnd.release();
        await().until(() -> turns.get() == 2);
        mayEnd.release();
        assertThat(ends(recurring)).isTrue();
        assertThat(turns).hasValue(2);
        recurring.wake();
        await().until(() -> turns.get() == 3);
        recurring.stop();
        mayEnd.release();
        assertThat(ends(recurring)).isTrue();
        assertThat(turns).hasValue(3);
    }

    @PulseTest
    void survivesWhateverATurnThrowsAndTellsOncePerChange() {
        Recurring recurring = start("test survives", () -> {
            switch (turns.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("first");
                case 2 -> throw new NoClassDefFoundError("missing");
                default -> {
                    return NEVER;
                }
            }
        });
        await().untilAsserted(() -> assertThat(events)
                .containsExactly(
                        new PulseEvent.ConnectionLost("test survives", "first"),
                        new PulseEvent.ConnectionRestored("test survives")));
        assertThat(turns).hasValue(3);
        recurring.stop();
    }

    @PulseTest
    void aBackOffIsNotCutShortByWaking() {
        Recurring recurring = start("test backs off", () -> {
            turns.incrementAndGet();
            throw new IllegalStateException("again");
        });
        // the waits are 0.5 s and more by then
        await().until(() -> turns.get() >= 6);
        int before = turns.get();
        for (int i = 0; i < 1_000; i++) {
            recurring.wake();
        }
        assertThat(turns).hasValueLessThan(before + 4);
        recurring.stop();
    }

    @PulseTest
    void aStopEndsItBetweenTurnsAndAnInterruptWithinOne() throws InterruptedException {
        Recurring idle = start("test is idle", () -> NEVER);
        assertThat(ends(idle)).isTrue();
        idle.stop();
        CountDownLatch begun = new CountDownLatch(1);
        Recurring hanging = start("test hangs", () -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return NEVER;
        });
        begun.await();
        hanging.interrupt();
        assertThat(ends(hanging)).isTrue();
        hanging.wake();
        assertThat(ends(hanging)).isTrue();
        assertThat(signals.health().loops()).isEmpty();
        assertThat(events).isEmpty();
    }

    @PulseTest
    void aTurnCanSayThatItWasTheLastAndStopItself() throws InterruptedException {
        Recurring over = start("test is over", () -> {
            throw new Loop.Over(new IllegalStateException("nothing left to do"));
        });
        await().until(() -> signals.health().loops().isEmpty());
        over.wake();
        CountDownLatch made = new CountDownLatch(1);
        Recurring[] self = new Recurring[1];
        self[0] = start("test stops itself", () -> {
            made.await();
            self[0].interrupt();
            assertThat(ends(self[0])).isFalse();
            return SOON;
        });
        made.countDown();
        assertThat(ends(self[0])).isTrue();
        assertThat(signals.health().loops()).isEmpty();
        assertThat(events).isEmpty();
    }
}
