package dev.pulse.camel.sink;

import dev.pulse.camel.EngineLease;
import dev.pulse.stream.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Exchange;
import org.apache.camel.support.PollingConsumerSupport;
import org.jspecify.annotations.Nullable;

/**
 * A member of a sink that reads one event when it is asked for one, and none ahead. The event is settled when the exchange
 * that it goes into is complete: with {@code pollEnrich} the one that polled.
 */
class PulseSinkPollingConsumer extends PollingConsumerSupport {
    private static final Duration LONGEST = Duration.ofHours(24);

    private final PulseSinkEndpoint endpoint;
    /** The engine has one thread poll a sink at a time. */
    private final ReentrantLock polling = new ReentrantLock();

    private @Nullable EngineLease engine;
    private volatile @Nullable Membership membership;

    PulseSinkPollingConsumer(PulseSinkEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        EngineLease lease = endpoint.acquireEngine();
        try {
            membership = Membership.join(endpoint, lease.pulse(), getExceptionHandler());
            engine = lease;
        } finally {
            if (engine == null) {
                lease.close();
            }
        }
    }

    @Override
    public @Nullable Exchange receive() {
        Exchange exchange;
        do {
            exchange = poll(LONGEST);
        } while (exchange == null && isRunAllowed() && !Thread.currentThread().isInterrupted());
        return exchange;
    }

    @Override
    public @Nullable Exchange receiveNoWait() {
        return poll(Duration.ZERO);
    }

    @Override
    public @Nullable Exchange receive(long timeout) {
        return poll(Duration.ofMillis(Math.min(timeout, LONGEST.toMillis())));
    }

    private @Nullable Exchange poll(Duration longest) {
        Membership member = membership;
        if (member == null) {
            throw new IllegalStateException(
                    "the polling consumer of sink " + endpoint.address().sink() + " is not started");
        }
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            while (true) {
                Delivery<byte[]> delivery = pollUntil(member, deadline);
                if (delivery == null) {
                    return null;
                }
                Exchange exchange = endpoint.createExchange();
                member.fill(exchange, delivery);
                Exception cause = exchange.getException();
                if (cause == null) {
                    member.settleWith(exchange, List.of(delivery));
                    return exchange;
                }
                member.settlement().unreadable(delivery, cause);
                getExceptionHandler().handleException("Error reading event", exchange, cause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private @Nullable Delivery<byte[]> pollUntil(Membership member, long deadline) throws InterruptedException {
        if (!polling.tryLock() && !polling.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return null;
        }
        try {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            List<Delivery<byte[]>> polled = member.sink().poll(1, left);
            return polled.isEmpty() ? null : polled.getFirst();
        } finally {
            polling.unlock();
        }
    }

    @Override
    protected void doStop() throws Exception {
        Membership member = membership;
        EngineLease lease = engine;
        membership = null;
        engine = null;
        if (member != null) {
            member.close(Duration.ZERO);
        }
        if (lease != null) {
            lease.close();
        }
        super.doStop();
    }
}
