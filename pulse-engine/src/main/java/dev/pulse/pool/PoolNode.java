package dev.pulse.pool;

/**
 * A pool whose jobs can run in this process: a client of it that may have workers, too. Closing it closes them. Thread-safe.
 */
public interface PoolNode extends PoolClient {
    /**
     * Adds a worker for jobs that live until stopped. When it returns, the worker is a member: jobs that wait for one come at
     * once, its share of the others follows as their owners have stopped them. All workers of a pool should be able to run
     * all of its jobs, for the key alone decides which worker gets one.
     *
     * @throws InterruptedException when interrupted; nothing is left of it, or it is swept
     * @throws dev.pulse.PoolShutDownException when the pool is being shut down
     * @throws dev.pulse.PulseException what Redis hindered it by
     */
    Worker addService(ServiceHandler handler, WorkerOptions options) throws InterruptedException;

    /**
     * Adds a worker for jobs that run to their end. As {@link #addService}; a task that runs stays where it is until it ends
     * when another worker joins, those that have not begun move.
     *
     * @throws InterruptedException when interrupted; nothing is left of it, or it is swept
     * @throws dev.pulse.PoolShutDownException when the pool is being shut down
     * @throws dev.pulse.PulseException what Redis hindered it by
     */
    Worker addTasks(TaskHandler handler, WorkerOptions options) throws InterruptedException;

    /**
     * Listens to a ticker, which comes into being with its first listener. Needs no worker. When the ticker has another
     * timetable or policy, the one given here holds from now on, on all nodes.
     *
     * @param name 1 to 512 characters, any but a lone surrogate
     * @throws InterruptedException when interrupted; nobody knows whether the ticker was made or changed
     * @throws IllegalArgumentException when the name is none
     * @throws IllegalStateException when this handle listens to a ticker of that name already
     * @throws dev.pulse.PoolShutDownException when the pool is being shut down
     * @throws dev.pulse.PulseException what Redis hindered it by
     */
    Ticker ticker(String name, TickerOptions options, TickHandler handler) throws InterruptedException;

    /**
     * Takes part in a schedule, which comes into being with its first planner. Needs no worker of its own. When the schedule
     * has another timetable, the one given here holds from now on, on all nodes.
     *
     * @param name 1 to 512 characters, any but a lone surrogate
     * @throws InterruptedException when interrupted; nobody knows whether the schedule was made or changed
     * @throws IllegalArgumentException when the name is none
     * @throws IllegalStateException when this handle plans a schedule of that name already
     * @throws dev.pulse.PoolShutDownException when the pool is being shut down
     * @throws dev.pulse.PulseException what Redis hindered it by
     */
    Schedule schedule(String name, Timetable timetable, Planner planner) throws InterruptedException;
}
