package dev.pulse.camel.stream;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Is told once when the unit of work of an exchange is complete. It travels with the exchange to whatever thread completes
 * it, so this holds also where routing returns early, as with {@code seda}.
 */
final class Ending extends SynchronizationAdapter {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Told told;

    @FunctionalInterface
    interface Told {
        void ended(boolean succeeded);
    }

    Ending(Told told) {
        this.told = told;
    }

    @Override
    public void onComplete(Exchange exchange) {
        end(true);
    }

    @Override
    public void onFailure(Exchange exchange) {
        end(false);
    }

    void end(boolean succeeded) {
        if (ended.compareAndSet(false, true)) {
            told.ended(succeeded);
        }
    }
}
