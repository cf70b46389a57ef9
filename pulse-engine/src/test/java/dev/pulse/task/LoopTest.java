package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

class LoopTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final Signals signals = new Signals(events::add);

    private static boolean ends(Loop loop) throws InterruptedException {
        return loop.join(System.nanoTime() + LIMIT.toNanos());
    }

    @PulseTest
    void survivesWhateverATurnThrowsAndTellsOncePerChange() throws InterruptedException {
        AtomicInteger turns = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        Loop loop = Loop.start(signals.loop("test survives", false), () -> {
            switch (turns.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("first");
                case 2 -> recurse(0);
                case 3 -> throw new NoClassDefFoundError("missing");
                case 4 -> {}
                default -> over.await();
            }
        });
        await().until(() -> turns.get() == 5);
        await().untilAsserted(() -> assertThat(events)
                .containsExactly(
                        new PulseEvent.ConnectionLost("test survives", "first"),
                        new PulseEvent.ConnectionRestored("test survives")));
        assertThat(signals.health().status()).isEqualTo(Health.Status.UP);
        loop.stop();
        over.countDown();
        assertThat(ends(loop)).isTrue();
        assertThat(signals.health().loops()).isEmpty();
    }

    @PulseTest
    void onAPlatformThreadItIsTheSame() throws InterruptedException {
        Queue<Boolean> virtual = new ConcurrentLinkedQueue<>();
        Loop loop = Loop.startOnPlatformThread(signals.loop("test platform", false), () -> {
            virtual.add(Thread.currentThread().isVirtual());
            if (virtual.size() == 1) {
                throw new IllegalStateException("first");
            }
            Tasks.sleep(LIMIT.multipliedBy(10));
        });
        await().until(() -> virtual.size() == 2);
        assertThat(virtual).containsOnly(false);
        loop.interrupt();
        assertThat(ends(loop)).isTrue();
        assertThat(signals.health().loops()).isEmpty();
    }

    private static int recurse(int depth) {
        return depth < 0 ? 0 : recurse(depth + 1) + 1;
    }

    @PulseTest
    void showsInHealthWhileItFails() throws InterruptedException {
        for (boolean vital : List.of(true, false)) {
            Loop loop = Loop.start(signals.loop("test fails", vital), () -> {
                throw new IllegalStateException("no luck");
            });
            Health.Status bad = vital ? Health.Status.DOWN : Health.Status.DEGRADED;
            await().until(() -> signals.health().status() == bad);
            assertThat(signals.health().why()).isEqualTo("test fails: no luck");
            loop.stop();
            assertThat(ends(loop)).isTrue();
        }
    }

    @PulseTest
    void stopEndsABackoffAtOnce() throws InterruptedException {
        List<Loop> loops = new ArrayList<>();
        List<AtomicInteger> turns = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            AtomicInteger own = new AtomicInteger();
            turns.add(own);
            loops.add(Loop.start(signals.loop("test backs off", false), () -> {
                own.incrementAndGet();
                throw new IllegalStateException("again");
            }));
        }
        await().until(() -> turns.stream().allMatch(own -> own.get() >= 6));
        long begin = System.nanoTime();
        for (Loop loop : loops) {
            loop.stop();
            assertThat(ends(loop)).isTrue();
        }
        // the waits are 0.5 s to 1 s by then: waited out, what is left of them is 8 s together
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
    }

    @PulseTest
    void anInterruptEndsATurn() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Loop loop = Loop.start(signals.loop("test hangs", false), () -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        begun.await();
        loop.interrupt();
        assertThat(ends(loop)).isTrue();
        assertThat(loop.isStopped()).isTrue();
        assertThat(loop.isFinished()).isTrue();
        assertThat(events).isEmpty();
    }

    @PulseTest
    void canBeStoppedFromItsOwnTurn() throws InterruptedException {
        AtomicInteger turns = new AtomicInteger();
        CountDownLatch made = new CountDownLatch(1);
        Loop[] self = new Loop[1];
        self[0] = Loop.start(signals.loop("test stops itself", false), () -> {
            made.await();
            turns.incrementAndGet();
            self[0].interrupt();
            assertThat(self[0].isCurrentThread()).isTrue();
            assertThat(ends(self[0])).isFalse();
        });
        made.countDown();
        assertThat(ends(self[0])).isTrue();
        assertThat(turns.get()).isEqualTo(1);
    }
}
