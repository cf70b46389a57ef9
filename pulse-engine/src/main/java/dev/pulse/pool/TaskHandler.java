package dev.pulse.pool;

/**
 * Runs jobs to their end. Called on a virtual thread per key, one call after another for one key, for different keys beside
 * each other, {@link WorkerOptions#maxJobs} at once; it may block.
 */
@FunctionalInterface
public interface TaskHandler {
    /**
     * Does the task, or part of it. It is interrupted when somebody stops the task, when the worker's close takes too long,
     * and when its lease is about to end. The attempt is counted before the call, so that a task that kills its process does
     * not do so for ever.
     *
     * @return how it ended
     * @throws Exception when the attempt failed: it is tried again after a back-off, on whichever worker has its key then,
     *     until its attempts are used up and it is dead
     */
    TaskResult run(Task task) throws Exception;
}
