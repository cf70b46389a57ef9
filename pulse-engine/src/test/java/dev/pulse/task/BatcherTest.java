package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

class BatcherTest {
    @PulseTest
    void nothingIsLostAndBatchesAreBoundedAndOneAtATime() throws InterruptedException {
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        AtomicInteger running = new AtomicInteger();
        AtomicBoolean wrong = new AtomicBoolean();
        Batcher<Integer> batcher = new Batcher<>("test batches", 7, batch -> {
            if (running.incrementAndGet() > 1 || batch.size() > 7 || batch.isEmpty()) {
                wrong.set(true);
            }
            seen.addAll(batch);
            running.decrementAndGet();
        });
        List<Thread> givers = IntStream.range(0, 20)
                .mapToObj(giver -> Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 500; i++) {
                        batcher.add(giver * 500 + i);
                        if (i % 50 == 0) {
                            Thread.yield();
                        }
                    }
                }))
                .toList();
        for (Thread giver : givers) {
            giver.join();
        }
        await().until(() -> seen.size() == 10_000);
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(wrong).isFalse();
        await().until(() -> Threads.named("test batches") == 0);
    }

    @PulseTest
    void aBatchThatFailsEndsNoneAfterIt() {
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        Batcher<Integer> batcher = new Batcher<>("test failing", 1, batch -> {
            if (batch.contains(1)) {
                Threads.expectFailure();
                throw new AssertionError("expected by the test");
            }
            seen.addAll(batch);
        });
        batcher.add(1);
        batcher.add(2);
        await().until(() -> seen.contains(2));
        await().until(() -> Threads.named("test failing") == 0);
        batcher.add(3);
        await().until(() -> seen.contains(3));
    }
}
