package dev.pulse.camel.pool;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One exchange about something in a pool, from its making to its end. What came of it is read off when its unit of work ends,
 * on whatever thread: the exchange may go back to a pool then.
 *
 * @param <T> what came of it
 */
final class JobExchange<T> extends SynchronizationAdapter {
    private final Exchange exchange;
    private final Result<T> result;
    private final Route route;
    private final AtomicInteger inFlight;
    private final CountDownLatch done = new CountDownLatch(1);
    /* both are published by the latch */
    private @Nullable T read;
    private @Nullable Exception failure;

    /** What an exchange comes to. */
    @FunctionalInterface
    interface Result<T> {
        /**
         * Reads it off.
         *
         * @param failure why the exchange failed; null when it did not
         * @throws Exception when it comes to nothing, as with that failure
         */
        T of(Exchange ended, @Nullable Exception failure) throws Exception;
    }

    /** Has an exchange routed. */
    @FunctionalInterface
    interface Route {
        /** Returns when it has begun, or is complete; its end, which it has already, is told in any case. */
        void begin(Exchange exchange, JobExchange<?> end);
    }

    /**
     * For an exchange that is filled.
     *
     * @param inFlight counts it from when it begins until it is complete
     */
    JobExchange(Exchange exchange, Result<T> result, Route route, AtomicInteger inFlight) {
        this.exchange = exchange;
        this.result = result;
        this.route = route;
        this.inFlight = inFlight;
        exchange.getExchangeExtension().addOnCompletion(this);
    }

    @Override
    public void onComplete(Exchange completed) {
        end(completed, null);
    }

    @Override
    public void onFailure(Exchange failed) {
        Exception cause = failed.getException();
        if (cause == null) {
            cause = failed.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        }
        end(
                failed,
                cause != null ? cause : new RuntimeCamelException("exchange " + failed.getExchangeId() + " failed"));
    }

    private void end(Exchange ended, @Nullable Exception cause) {
        try {
            read = result.of(ended, cause);
        } catch (Exception e) {
            failure = e;
        } finally {
            done.countDown();
        }
    }

    /**
     * Has it routed, and returns when it is complete: not before, for the job may begin elsewhere then. An interrupt reaches
     * what the route does on this thread, and stays set.
     *
     * @return what came of it
     * @throws Exception why nothing did
     */
    T pass() throws Exception {
        inFlight.incrementAndGet();
        try {
            route.begin(exchange, this);
            awaitEnd();
        } finally {
            inFlight.decrementAndGet();
        }
        T ended = read;
        if (ended != null) {
            return ended;
        }
        throw failure != null ? failure : new IllegalStateException("an exchange comes to something");
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
