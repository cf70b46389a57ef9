package dev.pulse.camel.pool;

import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.Job;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.ExceptionHandler;

/** Makes the exchanges of one consumer, has them routed, and waits for their end. Thread-safe. */
final class PoolExchanges {
    private final String pool;
    private final JobPayloads payloads;
    private final Supplier<Exchange> making;
    private final JobExchange.Route route;
    private final ExceptionHandler exceptionHandler;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong restarts = new AtomicLong();

    /**
     * Of a consumer of this pool.
     *
     * @param exceptionHandler is told of payloads that cannot be decoded
     */
    PoolExchanges(
            String pool,
            JobPayloads payloads,
            Supplier<Exchange> making,
            JobExchange.Route route,
            ExceptionHandler exceptionHandler) {
        this.pool = pool;
        this.payloads = payloads;
        this.making = making;
        this.route = route;
        this.exceptionHandler = exceptionHandler;
    }

    JobPayloads payloads() {
        return payloads;
    }

    /**
     * About a job.
     *
     * @param payload of the job, or what was sent to it
     * @throws RuntimeCamelException when the payload cannot be decoded, of which the exception handler knows
     */
    Exchange job(JobEvent event, Job job, byte[] payload) {
        if (event == JobEvent.START && job.restarts() > 0) {
            restarts.incrementAndGet();
        }
        Exchange exchange = making.get();
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.JOB, job);
        message.setHeader(PulseConstants.JOB_ID, job.id());
        message.setHeader(PulseConstants.FENCING_TOKEN, job.fencingToken());
        message.setHeader(PulseConstants.RESTARTS, job.restarts());
        message.setHeader(PulseConstants.WORKER, job.worker());
        fill(exchange, event, job.key(), "job " + job.key(), payload);
        return exchange;
    }

    /** About what was sent to a key, whose sender waits for the answer; throws as for a job. */
    Exchange message(String key, byte[] payload) {
        Exchange exchange = making.get();
        exchange.setPattern(ExchangePattern.InOut);
        fill(exchange, JobEvent.MESSAGE, key, "message to " + key, payload);
        return exchange;
    }

    private void fill(Exchange exchange, JobEvent event, String key, String what, byte[] payload) {
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.POOL, pool);
        message.setHeader(PulseConstants.KEY, key);
        message.setHeader(PulseConstants.JOB_EVENT, event.text());
        try {
            payloads.fill(message, what, payload);
        } catch (RuntimeCamelException e) {
            // it never becomes a unit of work, so it does not go back to a pool of exchanges either
            exceptionHandler.handleException("Error reading " + event.text(), exchange, e);
            throw e;
        }
    }

    /**
     * About something that is due.
     *
     * @param header says what it is that has this name
     * @param missed how many due times went by before it
     */
    Exchange due(String header, String name, Instant due, long missed, long fencingToken) {
        Exchange exchange = making.get();
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.POOL, pool);
        message.setHeader(header, name);
        message.setHeader(PulseConstants.DUE, due.toEpochMilli());
        message.setHeader(PulseConstants.MISSED, missed);
        message.setHeader(PulseConstants.FENCING_TOKEN, fencingToken);
        return exchange;
    }

    /**
     * Has it routed, and returns when it is complete. An interrupt reaches what the route does on this thread, and stays set.
     *
     * @throws Exception why it came to nothing
     */
    <T> T pass(Exchange exchange, JobExchange.Result<T> result) throws Exception {
        return new JobExchange<>(exchange, result, route, inFlight).pass();
    }

    /** How many have begun and are not complete. */
    int inFlight() {
        return inFlight.get();
    }

    /** How many jobs that began had been started before. */
    long restarts() {
        return restarts.get();
    }
}
