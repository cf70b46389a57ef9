package dev.pulse.camel.pool;

import dev.pulse.Pulse;
import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.ReadErrors;
import dev.pulse.camel.Reading;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import dev.pulse.pool.Job;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.ServiceHandler;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/**
 * A worker of a pool: what happens to its jobs becomes exchanges. A worker that is suspended leaves the pool, and its jobs go
 * to others or wait; resumed, it joins again.
 */
class PulsePoolConsumer extends PulseConsumer {
    private final PulsePoolEndpoint endpoint;
    private final JobPayloads payloads;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong restarts = new AtomicLong();
    private @Nullable Lease<PoolNode> pool;

    PulsePoolConsumer(PulsePoolEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.payloads = endpoint.payloads();
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        Lease<PoolNode> lease = pool;
        if (lease == null) {
            lease = endpoint.acquirePool(new ReadErrors(getExceptionHandler()));
            pool = lease;
        }
        WorkingConfiguration options = endpoint.getWorking();
        ServiceHandler jobs = new ServiceJobs(options.events(), this::exchange);
        return new PoolReading(
                lease.get(),
                options.getMode() == JobMode.TASK ? new TaskJobs(lease.get(), this::exchange, jobs) : jobs,
                options.engineOptions(),
                inFlight::get,
                worker -> Inventory.of(endpoint.getCamelContext())
                        .add(new InUse.OfWorker(pulse, endpoint.getName(), worker, restarts::get)),
                getExceptionHandler());
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        Lease<PoolNode> lease = pool;
        pool = null;
        if (lease != null) {
            lease.close();
        }
    }

    /** An exchange about this; throws when the payload cannot be decoded. */
    private JobExchange exchange(JobEvent event, String key, @Nullable Job job, byte[] payload) {
        Exchange exchange = createExchange(true);
        if (event == JobEvent.MESSAGE) {
            exchange.setPattern(ExchangePattern.InOut);
        }
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.POOL, endpoint.getName());
        message.setHeader(PulseConstants.KEY, key);
        message.setHeader(PulseConstants.JOB_EVENT, event.text());
        if (job != null) {
            if (event == JobEvent.START && job.restarts() > 0) {
                restarts.incrementAndGet();
            }
            message.setHeader(PulseConstants.JOB_ID, job.id());
            message.setHeader(PulseConstants.FENCING_TOKEN, job.fencingToken());
            message.setHeader(PulseConstants.RESTARTS, job.restarts());
            message.setHeader(PulseConstants.WORKER, job.worker());
        }
        try {
            payloads.fill(message, (job == null ? "message to " : "job ") + key, payload);
        } catch (RuntimeCamelException e) {
            // it never becomes a unit of work, so it does not go back to a pool of exchanges either
            handleException("Error reading " + event.text(), exchange, e);
            throw e;
        }
        return new JobExchange(exchange, payloads, this::route, inFlight);
    }
}
