package dev.pulse.camel.sink;

import dev.pulse.camel.Reading;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Delivery;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One exchange for each event. The engine's handler thread stays with its exchange until that is complete, so the engine's
 * bound on handlers is a bound on exchanges in flight, and its order by key one on exchanges; a virtual thread that waits
 * costs next to nothing.
 */
final class SinkReading implements Reading {
    private final Membership membership;
    private final Route route;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile @Nullable Consumption consumption;
    private volatile boolean stopped;

    /** Takes a delivery through the route. */
    @FunctionalInterface
    interface Route {
        /** Returns when its exchange is complete and the delivery settled. */
        void pass(Membership membership, Delivery<byte[]> delivery) throws InterruptedException;
    }

    SinkReading(Membership membership, Route route) {
        this.membership = membership;
        this.route = route;
    }

    @Override
    public void begin() {
        consumption = membership.sink().consumeManually(this::handle);
    }

    private void handle(Delivery<byte[]> delivery) throws InterruptedException {
        inFlight.incrementAndGet();
        try {
            route.pass(membership, delivery);
        } finally {
            inFlight.decrementAndGet();
        }
    }

    @Override
    public void stop() {
        stopped = true;
        Consumption running = consumption;
        if (running != null) {
            running.stop();
        }
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public Optional<String> ended() {
        Consumption running = consumption;
        return running != null && running.isFinished() && !stopped
                ? Optional.of("consumes nothing any more; its stream was destroyed")
                : Optional.empty();
    }

    @Override
    public boolean onlyHolds() {
        return inFlight() == 0 && membership.isHolding();
    }

    @Override
    public void close(Duration drain) {
        stopped = true;
        membership.close(drain);
    }
}
