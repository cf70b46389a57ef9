package dev.pulse.task;

import dev.pulse.CloseResult;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** What is closed with its engine: first all are asked to stop, then each is waited for. */
public interface Closing {
    /** Asks it to begin nothing new; returns at once. */
    void stop();

    /** Whether the calling thread runs a handler of it. */
    boolean isCalledFromHandler();

    /** Closes each on a thread of its own, and waits for all; an interrupt reaches all of them, and stays set. */
    static CloseResult sideBySide(List<Supplier<CloseResult>> closings) {
        if (closings.size() == 1) {
            return closings.getFirst().get();
        }
        Queue<CloseResult> results = new ConcurrentLinkedQueue<>();
        List<Thread> closers = closings.stream()
                .map(closing -> Tasks.start("close", () -> results.add(closing.get())))
                .toList();
        boolean interrupted = false;
        for (Thread closer : closers) {
            while (closer.isAlive()) {
                try {
                    closer.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    closers.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return results.stream().reduce(CloseResult.drained(), CloseResult::and);
    }

    /**
     * Waits for the end of a loop that was asked to stop, until the deadline by {@link System#nanoTime}; then interrupts the
     * handler that it runs.
     *
     * @param abandoned what is told when that is ignored
     */
    static CloseResult awaitEnd(Deadlines.Join loop, Runnable interrupt, long deadline, String abandoned) {
        try {
            if (loop.join(deadline)) {
                return CloseResult.drained();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        interrupt.run();
        return Deadlines.hardPhase(loop)
                ? new CloseResult(CloseResult.How.INTERRUPTED, List.of())
                : new CloseResult(CloseResult.How.ABANDONED, List.of(abandoned));
    }

    /** Drains it until the deadline, by {@link System#nanoTime}, then ends it the hard way. Can be repeated. */
    CloseResult close(long deadline);
}
