package dev.pulse.camel.sink;

import dev.pulse.camel.Reading;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Sink;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One membership in a sink. The engine's handler thread stays with its exchange until that is complete, so the engine's
 * bound on handlers is a bound on exchanges in flight.
 */
final class SinkReading implements Reading {
    private final Sink<byte[]> sink;
    private final Route route;
    private final Settlement settlement;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile @Nullable Consumption consumption;

    /** Takes a delivery through the route. */
    @FunctionalInterface
    interface Route {
        /** Returns when its exchange is complete; whether that went well. */
        boolean pass(Delivery<byte[]> delivery) throws InterruptedException;
    }

    SinkReading(Sink<byte[]> sink, Route route, Settlement settlement) {
        this.sink = sink;
        this.route = route;
        this.settlement = settlement;
    }

    @Override
    public void begin() {
        consumption = sink.consumeManually(this::handle);
    }

    private void handle(Delivery<byte[]> delivery) throws InterruptedException {
        inFlight.incrementAndGet();
        try {
            settlement.settle(delivery, route.pass(delivery));
        } finally {
            inFlight.decrementAndGet();
        }
    }

    @Override
    public void stop() {
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
    public void close(Duration drain) {
        sink.close(drain);
    }
}
