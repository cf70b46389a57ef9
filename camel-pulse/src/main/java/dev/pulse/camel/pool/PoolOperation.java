package dev.pulse.camel.pool;

/** What a producer does with the pool. */
public enum PoolOperation {
    /** Has a job started, or done. */
    DISPATCH,
    /** Has a job started some time. */
    ENQUEUE,
    /** Stops a job for good. */
    STOP,
    /** Sends something to a job. */
    NOTIFY,
    /** Sends something to a key, and waits for the answer. */
    SEND,
    /** Tells what became of a dispatch. */
    OUTCOME,
    /** Makes sure that a dispatch which was not accepted never begins. */
    WITHDRAW,
    /** Tells about one job. */
    JOB,
    /** Tells what a job was dispatched with. */
    PAYLOAD,
    /** Tells about all jobs. */
    JOBS,
    /** Tells about the jobs that were given up. */
    DEAD_JOBS,
    /** Has a job tried anew that was given up. */
    RETRY,
    /** Tells about all workers. */
    WORKERS,
    /** Tells how the pool gets on. */
    FIGURES,
    /** Tells what all nodes share. */
    SETTINGS,
    /** Changes what all nodes share. */
    CHANGE_SETTINGS,
    /** Has nothing handed out. */
    PAUSE,
    /** Ends the pause. */
    RESUME,
    /** Ends the pool. */
    SHUTDOWN
}
