package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.testing.PulseTest;
import java.time.Duration;

class WakeupTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @PulseTest
    void anEarlyWakeUpIsKeptAndManyCountAsOne() throws InterruptedException {
        Wakeup wakeup = new Wakeup();
        wakeup.wake();
        wakeup.wake();
        long begin = System.nanoTime();
        wakeup.await(LONG);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
        begin = System.nanoTime();
        wakeup.await(Duration.ofMillis(20));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        wakeup.await(Duration.ofSeconds(-1));
    }

    @PulseTest
    void noWakeUpIsLost() throws InterruptedException {
        Wakeup there = new Wakeup();
        Wakeup back = new Wakeup();
        Thread echo = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 2_000; i++) {
                    there.await(LONG);
                    back.wake();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        long begin = System.nanoTime();
        for (int i = 0; i < 2_000; i++) {
            there.wake();
            back.await(LONG);
        }
        echo.join();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LONG);
    }
}
