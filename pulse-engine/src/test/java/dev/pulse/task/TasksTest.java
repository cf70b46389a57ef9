package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.testing.PulseTest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

class TasksTest {
    @PulseTest
    void aPlatformThreadIsADaemonThatIsKnownWhileItLivesAndIsWaitedFor() throws InterruptedException {
        AtomicReference<@Nullable Thread> ran = new AtomicReference<>();
        Tasks.runOnPlatformThread("platform", () -> {
            assertThat(Threads.named("platform")).isOne();
            ran.set(Thread.currentThread());
        });
        assertThat(ran.get())
                .matches(thread -> !thread.isVirtual()
                        && thread.isDaemon()
                        && thread.getName().equals("pulse platform"));
        await().until(() -> Threads.named("platform") == 0);
    }

    @PulseTest
    void whatItsBodyThrowsIsThrownByTheWait() {
        Error error = new AssertionError("on purpose");
        RuntimeException failure = new IllegalStateException("on purpose");
        assertThatThrownBy(() -> Tasks.runOnPlatformThread("platform", () -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThatThrownBy(() -> Tasks.runOnPlatformThread("platform", () -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @PulseTest
    void anInterruptEndsTheWaitAndNotTheBody() {
        CountDownLatch goOn = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Tasks.runOnPlatformThread("platform", () -> awaitUninterruptibly(goOn)))
                .isInstanceOf(InterruptedException.class);
        assertThat(Threads.named("platform")).isOne();
        goOn.countDown();
        await().until(() -> Threads.named("platform") == 0);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
