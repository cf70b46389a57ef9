package dev.pulse.camel;

import dev.pulse.Pulse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.DynamicPollingConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.support.PollingConsumerSupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Reads one event when it is asked for one, and none ahead. What the end of the event's exchange brings about travels with
 * the exchange that the event goes into: with {@code pollEnrich} the one that polled. Those who ask at once take turns.
 */
public abstract class EventPollingConsumer extends PollingConsumerSupport implements DynamicPollingConsumer {
    private static final Duration LONGEST = Duration.ofHours(24);
    /** Between two looks whether it was stopped. */
    private static final Duration SLICE = Duration.ofSeconds(1);

    private final PulseEndpoint endpoint;
    private final ReentrantLock turn = new ReentrantLock(true);

    private @Nullable EngineLease engine;
    private volatile @Nullable Place place;

    protected EventPollingConsumer(PulseEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    /** Where events are read from, while this runs. One thread at a time polls. */
    protected interface Place extends AutoCloseable {
        /** The next event; null when none came in time. */
        @Nullable
        Polled poll(Duration longest) throws InterruptedException;

        /** Lets go of it. */
        @Override
        void close();
    }

    /** An event that was read. */
    protected interface Polled {
        /** Fills the exchange with it, which has an exception then if the payload cannot be decoded. */
        void fill(Exchange exchange);

        /** Is told how the exchange of the event ended. */
        Synchronization end();

        /** It never becomes an exchange. */
        void unreadable(Exception cause);
    }

    /** Takes its place in the stream. */
    protected abstract Place open(Pulse pulse) throws Exception;

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        EngineLease lease = endpoint.acquireEngine();
        try {
            place = open(lease.pulse());
            engine = lease;
        } finally {
            if (engine == null) {
                lease.close();
            }
        }
    }

    @Override
    public @Nullable Exchange receive() {
        return untilStopped(null);
    }

    @Override
    public @Nullable Exchange receiveNoWait() {
        return poll(null, Duration.ZERO);
    }

    @Override
    public @Nullable Exchange receive(long timeout) {
        return poll(null, Duration.ofMillis(Math.clamp(timeout, 0, LONGEST.toMillis())));
    }

    @Override
    public @Nullable Exchange receive(Exchange asking) {
        return untilStopped(asking);
    }

    @Override
    public @Nullable Exchange receiveNoWait(Exchange asking) {
        return poll(asking, Duration.ZERO);
    }

    @Override
    public @Nullable Exchange receive(Exchange asking, long timeout) {
        return poll(asking, Duration.ofMillis(Math.clamp(timeout, 0, LONGEST.toMillis())));
    }

    private @Nullable Exchange untilStopped(@Nullable Exchange asking) {
        Exchange exchange;
        do {
            exchange = poll(asking, SLICE);
        } while (exchange == null && isRunAllowed() && !Thread.currentThread().isInterrupted());
        return exchange;
    }

    private @Nullable Exchange poll(@Nullable Exchange asking, Duration longest) {
        Place from = place;
        if (from == null) {
            throw new IllegalStateException("the polling consumer of " + endpoint + " is not started");
        }
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            if (!turn.tryLock(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                return null;
            }
            try {
                return next(from, asking, deadline);
            } finally {
                turn.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private @Nullable Exchange next(Place from, @Nullable Exchange asking, long deadline) throws InterruptedException {
        while (true) {
            Polled polled = from.poll(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            if (polled == null) {
                return null;
            }
            Exchange exchange = endpoint.createExchange();
            polled.fill(exchange);
            Exception unreadable = exchange.getException();
            if (unreadable == null) {
                endWith(exchange, asking, polled.end());
                return exchange;
            }
            getExceptionHandler().handleException("Error reading event", exchange, unreadable);
            polled.unreadable(unreadable);
        }
    }

    private static void endWith(Exchange exchange, @Nullable Exchange asking, Synchronization end) {
        exchange.getExchangeExtension().addOnCompletion(end);
        if (asking != null) {
            asking.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    // an aggregation strategy that throws, or gives nothing back, has not taken the event, and Camel
                    // has not handed its end over: nobody else would ever tell it
                    if (exchange.getExchangeExtension().containsOnCompletion(end)) {
                        end.onFailure(done);
                    }
                }
            });
        }
    }

    @Override
    protected void doStop() throws Exception {
        Place left = place;
        EngineLease lease = engine;
        place = null;
        engine = null;
        if (left != null) {
            left.close();
        }
        if (lease != null) {
            lease.close();
        }
        super.doStop();
    }
}
