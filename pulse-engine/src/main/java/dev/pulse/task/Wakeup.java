package dev.pulse.task;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Where one thread sleeps until a time is over or another thread wakes it. A wake-up that comes early is kept. */
public final class Wakeup {
    private final Semaphore signal = new Semaphore(0);

    /** Wakes the sleeper, or the next one to lie down. */
    public void wake() {
        if (signal.availablePermits() == 0) {
            signal.release();
        }
    }

    /** Sleeps for that long, or until woken. */
    public void await(Duration longest) throws InterruptedException {
        if (signal.tryAcquire(Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS)) {
            signal.drainPermits();
        }
    }
}
