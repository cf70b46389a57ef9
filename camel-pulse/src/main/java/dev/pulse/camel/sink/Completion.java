package dev.pulse.camel.sink;

import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * How the unit of work of one exchange ended. It travels with the exchange to whatever thread completes it, so waiting
 * for it holds also where routing returns early, as with {@code seda}.
 */
final class Completion extends SynchronizationAdapter {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean succeeded;

    @Override
    public void onComplete(Exchange exchange) {
        succeeded = true;
        done.countDown();
    }

    @Override
    public void onFailure(Exchange exchange) {
        done.countDown();
    }

    /** Waits for the end; whether it was a good one. */
    boolean await() throws InterruptedException {
        done.await();
        return succeeded;
    }
}
