package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

class WorkersTest {
    @PulseTest
    void withALimitOfOneJobsRunInOrder() {
        Workers workers = new Workers("test in order", 1);
        Queue<Integer> done = new ConcurrentLinkedQueue<>();
        List<Integer> given = IntStream.range(0, 5_000).boxed().toList();
        given.forEach(n -> workers.execute(() -> done.add(n)));
        await().until(workers::isIdle);
        assertThat(done).containsExactlyElementsOf(given);
    }

    @PulseTest
    void theLimitIsNeverExceededAndNoJobIsLost() throws InterruptedException {
        Workers workers = new Workers("test limit", 3);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<Thread> givers = IntStream.range(0, 20)
                .mapToObj(n -> Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 500; i++) {
                        workers.execute(() -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            Thread.yield();
                            running.decrementAndGet();
                            done.incrementAndGet();
                        });
                    }
                }))
                .toList();
        for (Thread giver : givers) {
            giver.join();
        }
        await().until(() -> done.get() == 10_000);
        assertThat(most.get()).isBetween(1, 3);
    }

    @PulseTest
    void idleWorkersHaveNoThread() {
        Workers workers = new Workers("test idle", 4);
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < 6; i++) {
            workers.execute(() -> awaitQuietly(release));
        }
        assertThat(Threads.named("test idle")).isEqualTo(4);
        assertThat(workers.isIdle()).isFalse();
        release.countDown();
        await().until(() -> Threads.named("test idle") == 0);
        assertThat(workers.isIdle()).isTrue();
    }

    @PulseTest
    void aJobThatThrowsOrLeavesAnInterruptHindersNoneAfterIt() {
        Workers workers = new Workers("test throwing", 1);
        Queue<Boolean> interrupted = new ConcurrentLinkedQueue<>();
        workers.execute(() -> {
            Threads.expectFailure();
            throw new AssertionError("expected by the test");
        });
        workers.execute(() -> Thread.currentThread().interrupt());
        workers.execute(() -> interrupted.add(Thread.currentThread().isInterrupted()));
        await().until(workers::isIdle);
        assertThat(interrupted).containsExactly(false);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
