package dev.pulse.examples;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The thread of one job that lives until it is stopped. */
public final class JobThread {
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread thread;

    /** What it does until it {@linkplain #isEnding is ending}. */
    @FunctionalInterface
    public interface Work {
        void run() throws InterruptedException;
    }

    /** Not yet begun. */
    public JobThread(String name, Work work) {
        thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                // the thread ends: whoever has the job then does the rest
            }
        });
    }

    public void begin() {
        thread.start();
    }

    /** Whether it is to end, or is told so within that time. */
    public boolean isEnding(long withinMillis) throws InterruptedException {
        return ending.await(withinMillis, TimeUnit.MILLISECONDS);
    }

    /**
     * Returns when nothing of it works any more: only then may the job begin elsewhere. What it is at may be done; an interrupt,
     * which comes when that takes too long, interrupts it.
     */
    public void end() {
        ending.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
