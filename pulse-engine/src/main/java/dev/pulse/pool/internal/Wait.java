package dev.pulse.pool.internal;

import dev.pulse.task.Wakeup;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call that waits for one thing. The thread of the call waits, and asks Redis by itself when it is nudged or nothing came
 * for long; others tell it what they heard.
 */
final class Wait {
    private final PoolIncarnation pool;
    private final boolean untilEnd;
    private final Wakeup wakeup = new Wakeup();
    private volatile Answer.@Nullable Told told;
    private volatile boolean nudged;

    /**
     * Begins to listen.
     *
     * @param untilEnd whether it goes on when the job has begun
     */
    Wait(PoolIncarnation pool, boolean untilEnd) {
        this.pool = pool;
        this.untilEnd = untilEnd;
    }

    /** The incarnation of the pool that it is about. */
    PoolIncarnation pool() {
        return pool;
    }

    /** This is what it came to first; what came of that later is for others. Told by one thread. */
    void tell(Answer.Told what) {
        if (told == null && !(untilEnd && what.isBegin())) {
            told = what;
            wakeup.wake();
        }
    }

    /** Something may have come that nobody heard: the call is to ask. */
    void nudge() {
        nudged = true;
        wakeup.wake();
    }

    /** What was told so far, if anything. */
    Answer.@Nullable Told told() {
        return told;
    }

    /** Whether it was nudged since the last time that this was called. */
    boolean takeNudge() {
        boolean was = nudged;
        nudged = false;
        return was;
    }

    /** Sleeps until it is told something, nudged, or the time, by {@link System#nanoTime}, has come. */
    void sleep(long until) throws InterruptedException {
        wakeup.await(Duration.ofNanos(until - System.nanoTime()));
    }
}
