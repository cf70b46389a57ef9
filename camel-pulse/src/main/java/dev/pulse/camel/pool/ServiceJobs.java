package dev.pulse.camel.pool;

import dev.pulse.pool.Job;
import dev.pulse.pool.ServiceHandler;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that live until they are stopped, with an exchange for each event that is wished. An event is over when its exchange is
 * complete, and failed when that failed.
 */
final class ServiceJobs implements ServiceHandler {
    private final Set<JobEvent> wished;
    private final Exchanges exchanges;

    /** Makes exchanges. */
    @FunctionalInterface
    interface Exchanges {
        /**
         * An exchange that is to be routed.
         *
         * @param job absent for a message
         * @throws RuntimeException when the payload cannot be decoded, of which the exception handler knows
         */
        JobExchange make(JobEvent event, String key, @Nullable Job job, byte[] payload);
    }

    ServiceJobs(Set<JobEvent> wished, Exchanges exchanges) {
        this.wished = wished;
        this.exchanges = exchanges;
    }

    @Override
    public void start(Job job) throws Exception {
        pass(JobEvent.START, job, job.payload());
    }

    @Override
    public void stop(Job job) throws Exception {
        pass(JobEvent.STOP, job, job.payload());
    }

    @Override
    public void notified(Job job, byte[] payload) throws Exception {
        pass(JobEvent.NOTIFY, job, payload);
    }

    private void pass(JobEvent event, Job job, byte[] payload) throws Exception {
        if (wished.contains(event)) {
            exchanges.make(event, job.key(), job, payload).pass();
        }
    }

    @Override
    public byte[] message(String key, byte[] payload) throws Exception {
        return wished.contains(JobEvent.MESSAGE)
                ? exchanges.make(JobEvent.MESSAGE, key, null, payload).pass()
                : ServiceHandler.super.message(key, payload);
    }
}
