package dev.pulse.pool;

import dev.pulse.CloseResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One planner of a schedule of a pool. For each due time one of all that have the schedule, on whichever nodes, makes a plan:
 * which jobs are to be started, which stopped. What was planned is done by any of them, each job on a thread of its own. A job
 * that fails delays no other, and is tried again after a back-off of 1 s doubling to 1 min until the next plan is made. Due
 * times that were missed are made up for by one plan. Thread-safe.
 */
public interface Schedule extends AutoCloseable {
    /** The schedule's name in its pool. */
    String name();

    /** When it is due, as far as this node knows: others may have changed it a moment ago. */
    Timetable timetable();

    /** When it is due next, as far as this node knows; empty while Redis has lost its state. Asks Redis nothing. */
    Optional<Instant> next();

    /** How this planner gets on; asks Redis nothing. */
    ScheduleFigures figures();

    /**
     * Gives the schedule another timetable, on all nodes. It begins anew: the first due time is the first after now.
     *
     * @throws InterruptedException when interrupted; nobody knows whether it was changed
     * @throws dev.pulse.PoolShutDownException when the pool was shut down
     * @throws dev.pulse.PulseException what Redis hindered it by
     */
    void change(Timetable timetable) throws InterruptedException;

    /**
     * Ends this planner; others of the name go on, and jobs that were started do. When it was the last, the pool keeps the
     * schedule's position and what it started: whoever registers it again with the same timetable goes on. After {@code drain}
     * a call of the planner that still runs is interrupted, and has 2 s more. Called from the planner, it returns at once. Can
     * be repeated.
     *
     * @param drain 0 to 1 h
     * @throws IllegalArgumentException when {@code drain} is out of its range
     */
    CloseResult close(Duration drain);

    /** {@link #close(Duration)} with 10 s. */
    @Override
    void close();
}
