package dev.pulse.camel;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedStartupListener;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckAware;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of a consumer. Starting fixes its place in the stream, but nothing is consumed before the whole context has
 * started, so that all routes an exchange may reach are there. Suspending stops reading, lets go of the place when the
 * exchanges in flight are complete and what is held for a manual ack is settled, and resuming takes one again. Camel's
 * shutdown suspends, waits for the exchanges in flight up to its time-out, then stops the consumer; what is still in flight
 * then is interrupted.
 */
public abstract class PulseConsumer extends DefaultConsumer implements Suspendable, ShutdownAware, HealthCheckAware {
    /** What ends a suspended reading earlier is the end of its exchanges, or a stop. */
    private static final Duration SUSPENDED_DRAIN = ShutdownTimeout.LONGEST;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final PulseEndpoint endpoint;
    private final ReentrantLock beginning = new ReentrantLock();
    private volatile @Nullable EngineLease engine;
    private volatile @Nullable Reading reading;
    /**
     * Those of before a suspension that something is in flight of, be it only an event that is held for a manual ack, and
     * the threads that close them.
     */
    private final Map<Reading, Thread> leaving = new ConcurrentHashMap<>();

    private volatile boolean contextStarted;
    private @Nullable HealthCheck healthCheck;

    protected PulseConsumer(PulseEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    /** Fixes the place in the stream; nothing is consumed yet. */
    protected abstract Reading open(Pulse pulse) throws Exception;

    /** Has the exchange routed; this end, which it has already, is told when its unit of work is complete. */
    protected final void route(Exchange exchange, Synchronization end) {
        AsyncCallback callback = defaultConsumerCallback(exchange, true);
        getAsyncProcessor().process(exchange, doneSync -> {
            if (exchange.getExchangeExtension().containsOnCompletion(end)) {
                // refused before it became a unit of work, as happens when the context is stopping
                end.onFailure(exchange);
            }
            callback.done(doneSync);
        });
    }

    private final class Listener implements ExtendedStartupListener {
        @Override
        public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
            if (alreadyStarted) {
                begin();
            }
        }

        @Override
        public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) {
            begin();
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        contextStarted = false;
        openAnew();
        getEndpoint().getCamelContext().addStartupListener(new Listener());
        if (HealthChecks.areThere(getEndpoint().getCamelContext()) && healthCheck == null) {
            healthCheck = HealthChecks.consumer(endpoint, getRouteId(), this::connected, this::ended);
        }
    }

    private void openAnew() throws Exception {
        try {
            engine = endpoint.acquireEngine();
            reading = open(engine.pulse());
        } catch (IllegalArgumentException | PulseException e) {
            releaseEngine();
            throw new FailedToStartRouteException(getRouteId(), e.getMessage(), e);
        } catch (Exception e) {
            releaseEngine();
            throw e;
        }
    }

    private Optional<Pulse> connected() {
        return Optional.ofNullable(engine).map(EngineLease::pulse);
    }

    private Optional<String> ended() {
        return Optional.ofNullable(reading).flatMap(Reading::ended);
    }

    /** Camel's own check of the route asks it; null where there are no checks, and before the start. */
    @Override
    public @Nullable HealthCheck getHealthCheck() {
        return healthCheck;
    }

    @Override
    public void setHealthCheck(HealthCheck healthCheck) {
        this.healthCheck = healthCheck;
    }

    private void begin() {
        beginning.lock();
        try {
            Reading opened = reading;
            if (!contextStarted && opened != null) {
                opened.begin();
            }
            contextStarted = true;
        } finally {
            beginning.unlock();
        }
    }

    @Override
    protected void doSuspend() {
        Reading opened = take();
        if (opened == null) {
            return;
        }
        opened.stop();
        // not here: the exchanges in flight may need the caller's thread to complete
        Thread closing = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newThread("PulseSuspend", () -> {
                    try {
                        opened.close(SUSPENDED_DRAIN);
                    } finally {
                        leaving.remove(opened);
                    }
                });
        leaving.put(opened, closing);
        closing.start();
    }

    /** The current reading, which is none from now on. */
    private @Nullable Reading take() {
        beginning.lock();
        try {
            Reading opened = reading;
            reading = null;
            return opened;
        } finally {
            beginning.unlock();
        }
    }

    @Override
    protected void doResume() throws Exception {
        awaitLeft();
        beginning.lock();
        try {
            EngineLease lease = engine;
            if (lease == null) {
                // exchanges outlasted the suspension: Camel has stopped what it calls suspended
                super.doStart();
                openAnew();
            } else {
                reading = open(lease.pulse());
            }
            Reading opened = reading;
            if (contextStarted && opened != null) {
                opened.begin();
            }
        } finally {
            beginning.unlock();
        }
    }

    /** Exchanges of before and after a suspension would overlap otherwise, and the order be lost. */
    private void awaitLeft() throws InterruptedException {
        long deadline = System.nanoTime() + shutdownTimeout().toNanos();
        for (Map.Entry<Reading, Thread> each : leaving.entrySet()) {
            Thread closing = each.getValue();
            while (closing.isAlive() && !each.getKey().onlyHolds() && System.nanoTime() < deadline) {
                closing.join(LOOK_AGAIN);
            }
        }
    }

    @Override
    protected void doStop() throws Exception {
        close(ShutdownTimeout.left(getEndpoint().getCamelContext()));
        super.doStop();
    }

    private void close(Duration drain) {
        long deadline = System.nanoTime() + drain.toNanos();
        Reading opened = take();
        if (opened != null) {
            opened.close(drain);
        }
        for (Reading each : leaving.keySet()) {
            each.close(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        try {
            for (Thread closing : leaving.values()) {
                closing.join(shutdownTimeout());
            }
        } catch (InterruptedException e) {
            // Camel's way to say that the time is up; what is let go of must be let go of all the same
            Thread.currentThread().interrupt();
        }
        releaseEngine();
    }

    private void releaseEngine() {
        EngineLease lease = engine;
        engine = null;
        if (lease != null) {
            lease.close();
        }
    }

    private Duration shutdownTimeout() {
        return ShutdownTimeout.of(getEndpoint().getCamelContext());
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /** Without what is held for a manual ack: that outlives a suspension, and a stop waits for it by itself. */
    @Override
    public int getPendingExchangesSize() {
        Reading opened = reading;
        return leaving.keySet().stream().mapToInt(Reading::inFlight).sum() + (opened == null ? 0 : opened.inFlight());
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        if (!forced) {
            return;
        }
        Reading opened = reading;
        if (opened != null) {
            opened.close(Duration.ZERO);
        }
        leaving.keySet().forEach(each -> each.close(Duration.ZERO));
    }
}
