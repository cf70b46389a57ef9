package dev.pulse.camel.sink;

import dev.pulse.stream.Delivery;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Settles the deliveries of one exchange when its unit of work ends. It travels with the exchange to whatever thread
 * completes it, so waiting for it holds also where routing returns early, as with {@code seda}.
 */
final class Completion extends SynchronizationAdapter {
    private final Settlement settlement;
    private final List<? extends Delivery<?>> deliveries;
    private final CountDownLatch done = new CountDownLatch(1);

    Completion(Settlement settlement, List<? extends Delivery<?>> deliveries) {
        this.settlement = settlement;
        this.deliveries = deliveries;
    }

    @Override
    public void onComplete(Exchange exchange) {
        try {
            deliveries.forEach(settlement::complete);
        } finally {
            done.countDown();
        }
    }

    @Override
    public void onFailure(Exchange exchange) {
        Throwable cause = cause(exchange);
        try {
            deliveries.forEach(delivery -> settlement.failed(delivery, cause));
        } finally {
            done.countDown();
        }
    }

    /** Why the exchange failed. */
    static @Nullable Throwable cause(Exchange exchange) {
        Throwable cause = exchange.getException();
        return cause != null ? cause : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    /** Behind everything else that the end of the exchange brings about: what is acked is done with. */
    @Override
    public int getOrder() {
        return LOWEST;
    }

    /** Waits for the end. */
    void await() throws InterruptedException {
        done.await();
    }
}
