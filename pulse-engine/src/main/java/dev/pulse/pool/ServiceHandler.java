package dev.pulse.pool;

/**
 * Runs jobs that live until they are stopped. Its methods run on a virtual thread per key, one after another for one key, for
 * different keys beside each other; they may block.
 */
public interface ServiceHandler {
    /**
     * Begins the job, and returns once it works; the job goes on in what this started. It is interrupted when it takes longer
     * than {@link WorkerOptions#startTimeout}. A throw ends a new job: whoever dispatched it is told, and nothing is left of
     * it. A job that ran before, elsewhere, is tried again after a back-off instead.
     */
    void start(Job job) throws Exception;

    /**
     * Ends the job, and returns once nothing of it works any more: it may begin elsewhere then. It comes for every job that was
     * started, when somebody stops the job, it moves to another worker, the worker is closed, or its lease ends. A throw is
     * logged and counted, and the job counts as stopped. Interrupted when the lease is about to end or the close takes too
     * long.
     */
    void stop(Job job) throws Exception;

    /** Takes what {@link PoolClient#notifyJob} sent to a job that runs. A throw is logged and counted. Default: does nothing. */
    default void notified(Job job, byte[] payload) throws Exception {}

    /**
     * Takes what {@link PoolClient#send} sent to a key, whether that has a job or not; a throw reaches the sender. Default:
     * throws {@link UnsupportedOperationException}.
     *
     * @return the answer, of any length but null
     */
    default byte[] message(String key, byte[] payload) throws Exception {
        throw new UnsupportedOperationException("this worker takes no messages");
    }
}
