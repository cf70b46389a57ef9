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
}
