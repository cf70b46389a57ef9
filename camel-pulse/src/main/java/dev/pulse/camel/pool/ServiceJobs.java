package dev.pulse.camel.pool;

import dev.pulse.pool.Job;
import dev.pulse.pool.ServiceHandler;
import java.util.Set;

/**
 * Jobs that live until they are stopped, with an exchange for each event that is wished. An event is over when its exchange is
 * complete, and failed when that failed.
 */
record ServiceJobs(Set<JobEvent> wished, PoolExchanges exchanges) implements ServiceHandler {
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
            exchanges.pass(exchanges.job(event, job, payload), exchanges.payloads()::answer);
        }
    }

    @Override
    public byte[] message(String key, byte[] payload) throws Exception {
        return wished.contains(JobEvent.MESSAGE)
                ? exchanges.pass(exchanges.message(key, payload), exchanges.payloads()::answer)
                : ServiceHandler.super.message(key, payload);
    }
}
