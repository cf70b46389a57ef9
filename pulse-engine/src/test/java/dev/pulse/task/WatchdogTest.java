package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

class WatchdogTest {
    private static final long NEVER = Long.MAX_VALUE;

    @PulseTest
    void looksAtOnceAndWhenItIsToAndRestsOtherwise() {
        AtomicInteger looks = new AtomicInteger();
        AtomicBoolean virtual = new AtomicBoolean(true);
        Watchdog.Watched watched = now -> {
            virtual.set(Thread.currentThread().isVirtual());
            return looks.incrementAndGet() < 5 ? 1_000 : NEVER;
        };
        Watchdog.add(watched);
        await().until(() -> looks.get() == 5);
        assertThat(virtual).isFalse();
        Watchdog.lookBy(System.nanoTime());
        await().until(() -> looks.get() == 6);
        Watchdog.remove(watched);
        awaitNoThread();
    }

    @PulseTest
    void oneThatThrowsHindersNoOther() {
        AtomicInteger looks = new AtomicInteger();
        Watchdog.Watched bad = now -> {
            Threads.expectFailure();
            throw new IllegalStateException("a defect");
        };
        Watchdog.Watched good = now -> looks.incrementAndGet() < 50 ? 1_000 : NEVER;
        Watchdog.add(bad);
        Watchdog.add(good);
        await().until(() -> looks.get() >= 50);
        Watchdog.remove(bad);
        Watchdog.remove(good);
        awaitNoThread();
    }

    @PulseTest
    void whatIsAskedForWhileItLooksIsNotMissed() {
        AtomicLong due = new AtomicLong(System.nanoTime() + Duration.ofHours(1).toNanos());
        AtomicInteger found = new AtomicInteger();
        Watchdog.Watched watched = now -> {
            if (now - due.get() >= 0) {
                due.set(now + Duration.ofHours(1).toNanos());
                found.incrementAndGet();
            }
            return due.get() - now;
        };
        Watchdog.add(watched);
        for (int i = 1; i <= 200; i++) {
            due.set(System.nanoTime());
            Watchdog.lookBy(due.get());
            int all = i;
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> found.get() == all);
        }
        Watchdog.remove(watched);
        awaitNoThread();
    }

    private static void awaitNoThread() {
        await().untilAsserted(() -> assertThat(Tasks.live()).doesNotContain("pulse watchdog"));
    }
}
