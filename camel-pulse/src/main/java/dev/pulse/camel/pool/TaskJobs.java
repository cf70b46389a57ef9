package dev.pulse.camel.pool;

import dev.pulse.pool.Job;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.ServiceHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Jobs that live as long as the exchange of their start, which begins with them. Messages are as with others. */
final class TaskJobs implements ServiceHandler {
    private final PoolClient pool;
    private final ServiceJobs.Exchanges exchanges;
    private final ServiceHandler messages;
    /** By key; a key has one job at a time, whose stop has returned before another begins. */
    private final Map<String, TaskRun> running = new ConcurrentHashMap<>();

    TaskJobs(PoolClient pool, ServiceJobs.Exchanges exchanges, ServiceHandler messages) {
        this.pool = pool;
        this.exchanges = exchanges;
        this.messages = messages;
    }

    @Override
    public void start(Job job) {
        JobExchange exchange = exchanges.make(JobEvent.START, job.key(), job, job.payload());
        TaskRun run = new TaskRun(pool, job, exchange);
        running.put(job.key(), run);
        run.begin();
    }

    @Override
    public void stop(Job job) {
        TaskRun run = running.remove(job.key());
        if (run != null) {
            run.end();
        }
    }

    @Override
    public byte[] message(String key, byte[] payload) throws Exception {
        return messages.message(key, payload);
    }
}
