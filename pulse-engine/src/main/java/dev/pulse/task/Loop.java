package dev.pulse.task;

import java.util.function.BiFunction;

/**
 * A thread that does one thing again and again until it is stopped; a virtual one unless said otherwise. A turn that throws is reported once per
 * change of state and tried again after a back-off of 50 ms doubling to 1 s; nothing but {@link #stop},
 * {@link #interrupt} and a turn that finds it {@link Over} ends it.
 */
public final class Loop {
    /** One turn; it blocks for a bounded time. */
    @FunctionalInterface
    public interface Turn {
        void run() throws InterruptedException;
    }

    /** Thrown by a turn after which there is nothing left to do, ever: the loop ends as if it had been stopped. */
    public static final class Over extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Over(Throwable cause) {
            super(cause);
        }
    }

    private final LoopSignal signal;
    private final Turn turn;
    private final Wakeup pause = new Wakeup();
    private final Thread thread;
    private volatile boolean stopped;

    private Loop(LoopSignal signal, Turn turn, BiFunction<String, Runnable, Thread> starter) {
        this.signal = signal;
        this.turn = turn;
        this.thread = starter.apply(signal.name(), this::run);
    }

    /** Starts a loop, named like its signal, which it closes at its end. */
    public static Loop start(LoopSignal signal, Turn turn) {
        return new Loop(signal, turn, Tasks::start);
    }

    /**
     * The same on a thread of the platform, for what must go on although user code keeps all carriers of virtual threads
     * busy. An interrupt does not end a read that it sits in: closing its connection does.
     */
    public static Loop startOnPlatformThread(LoopSignal signal, Turn turn) {
        try {
            return new Loop(signal, turn, Tasks::startPlatform);
        } catch (Error e) {
            // the system has no more of them
            signal.close();
            throw e;
        }
    }

    private void run() {
        Backoff backoff = Backoff.ofLoop();
        try {
            while (!stopped) {
                try {
                    turn.run();
                    signal.works();
                    backoff.reset();
                } catch (Over e) {
                    stopped = true;
                } catch (RuntimeException | Error e) {
                    // a failure while stopping means "stop", never "reconnect"
                    if (!stopped) {
                        signal.fails(e);
                        pause.await(backoff.next());
                    }
                }
            }
        } catch (InterruptedException e) {
            // the hard way to stop: the thread is the loop's own and ends here
            stopped = true;
        } finally {
            signal.close();
        }
    }

    /** Asks it to end after the turn that runs, and ends a back-off. */
    public void stop() {
        stopped = true;
        pause.wake();
    }

    public boolean isStopped() {
        return stopped;
    }

    /** Ends it, in the middle of a turn if need be. */
    public void interrupt() {
        stop();
        if (thread != Thread.currentThread()) {
            thread.interrupt();
        }
    }

    /** Waits for its end until the deadline, by {@link System#nanoTime}; from within the loop it returns at once. */
    public boolean join(long deadline) throws InterruptedException {
        return Tasks.join(thread, deadline);
    }

    public boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }

    public boolean isFinished() {
        return !thread.isAlive();
    }
}
