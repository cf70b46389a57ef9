package dev.pulse.task;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Loop} is for work that mostly waits: each turn says how long the next one has time, and has a virtual
 * thread of its own that ends with it. So thousands of them that have nothing to do cost no stacks. One turn runs at a
 * time; one that throws is reported once per change of state and tried again after a back-off. Thread-safe.
 */
public final class Recurring {
    /** One turn; it blocks for a bounded time. */
    @FunctionalInterface
    public interface Turn {
        /** Does what is due, and says after how long to come again unless {@linkplain Recurring#wake woken}. */
        Duration run() throws InterruptedException;
    }

    /** Starts the turns of all when they are due; its own thread lives while one is to come. */
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final LoopSignal signal;
    private final Turn turn;
    private final Backoff backoff = Backoff.ofLoop();
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private @Nullable Thread running;
    private @Nullable Future<?> next;
    private boolean woken;
    private boolean stopped;
    private volatile boolean failing;

    private Recurring(LoopSignal signal, Turn turn) {
        this.signal = signal;
        this.turn = turn;
    }

    /** Begins the first turn at once, in threads named like the signal, which is closed after the last one. */
    public static Recurring start(LoopSignal signal, Turn turn) {
        Recurring recurring = new Recurring(signal, turn);
        recurring.begin();
        return recurring;
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofVirtual().name("pulse timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(1, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    private void begin() {
        lock.lock();
        try {
            if (stopped || running != null) {
                return;
            }
            cancelNext();
            running = Tasks.start(signal.name(), this::run);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean again = true;
        while (again) {
            clearWoken();
            again = settle(take());
        }
    }

    /** Takes a turn; returns the time until the next, or null when it was the last. */
    private @Nullable Duration take() {
        try {
            Duration wait = turn.run();
            signal.works();
            backoff.reset();
            failing = false;
            return wait;
        } catch (Loop.Over | InterruptedException e) {
            // the thread is its own and ends here
            return null;
        } catch (RuntimeException | Error e) {
            // a failure while stopping means "stop", never "reconnect"
            if (!isStopped()) {
                signal.fails(e);
            }
            failing = true;
            return backoff.next();
        }
    }

    private void clearWoken() {
        lock.lock();
        try {
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    /** Whether to take another turn at once; otherwise the thread ends. */
    private boolean settle(@Nullable Duration wait) {
        lock.lock();
        try {
            if (wait == null) {
                stopped = true;
            } else if (!stopped && woken && !failing) {
                return true;
            }
            running = null;
            if (stopped) {
                signal.close();
            } else if (wait != null) {
                next = TIMER.schedule(this::begin, wait.toNanos(), TimeUnit.NANOSECONDS);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Has the next turn begin now; but a back-off is waited for. */
    public void wake() {
        lock.lock();
        try {
            woken = true;
            if (!failing) {
                begin();
            }
        } finally {
            lock.unlock();
        }
    }

    /** No turn begins any more; one that runs goes on. */
    public void stop() {
        lock.lock();
        try {
            if (!stopped) {
                stopped = true;
                cancelNext();
                if (running == null) {
                    signal.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void cancelNext() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }

    private boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Thread running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it, in the middle of a turn if need be. */
    public void interrupt() {
        stop();
        Thread thread = running();
        if (thread != null && thread != Thread.currentThread()) {
            thread.interrupt();
        }
    }

    /**
     * Waits until the deadline, by {@link System#nanoTime}, for the end of the turn that runs; from within it returns at
     * once. Whether none runs any more.
     */
    public boolean join(long deadline) throws InterruptedException {
        Thread thread = running();
        return thread == null || Tasks.join(thread, deadline);
    }
}
