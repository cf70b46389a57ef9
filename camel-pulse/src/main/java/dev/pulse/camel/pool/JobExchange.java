package dev.pulse.camel.pool;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One exchange about a job or a message, from its making to its end. The answer and the failure are kept when its unit of
 * work ends, on whatever thread: the exchange may go back to a pool then.
 */
final class JobExchange extends SynchronizationAdapter {
    private static final byte[] NO_ANSWER = {};

    private final Exchange exchange;
    private final JobPayloads payloads;
    private final Route route;
    private final AtomicInteger inFlight;
    private final CountDownLatch done = new CountDownLatch(1);
    /* both are published by the latch */
    private byte[] answer = NO_ANSWER;
    private @Nullable Exception failure;

    /** Has an exchange routed. */
    @FunctionalInterface
    interface Route {
        /** Returns when it has begun, or is complete; its end, which it has already, is told in any case. */
        void begin(Exchange exchange, JobExchange end);
    }

    /**
     * For an exchange that is filled.
     *
     * @param inFlight counts it from when it begins until it is complete
     */
    JobExchange(Exchange exchange, JobPayloads payloads, Route route, AtomicInteger inFlight) {
        this.exchange = exchange;
        this.payloads = payloads;
        this.route = route;
        this.inFlight = inFlight;
        exchange.getExchangeExtension().addOnCompletion(this);
    }

    @Override
    public void onComplete(Exchange completed) {
        try {
            if (completed.getPattern().isOutCapable()) {
                answer = payloads.encode(completed, completed.getMessage());
            }
        } catch (Exception e) {
            failure = new RuntimeCamelException("answer cannot be encoded: " + e.getMessage(), e);
        } finally {
            done.countDown();
        }
    }

    @Override
    public void onFailure(Exchange failed) {
        Exception cause = failed.getException();
        if (cause == null) {
            cause = failed.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        }
        failure = cause != null ? cause : new RuntimeCamelException("exchange " + failed.getExchangeId() + " failed");
        done.countDown();
    }

    /**
     * Has it routed, and returns when it is complete: not before, for the job may begin elsewhere then. An interrupt reaches
     * what the route does on this thread, and stays set.
     *
     * @return the answer, if it has one
     * @throws Exception why it failed
     */
    byte[] pass() throws Exception {
        inFlight.incrementAndGet();
        try {
            route.begin(exchange, this);
            awaitEnd();
        } finally {
            inFlight.decrementAndGet();
        }
        if (failure != null) {
            throw failure;
        }
        return answer;
    }

    private void awaitEnd() {
        boolean interrupted = false;
        while (done.getCount() > 0) {
            try {
                done.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
