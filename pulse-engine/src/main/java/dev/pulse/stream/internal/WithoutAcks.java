package dev.pulse.stream.internal;

import dev.pulse.stream.AckResult;
import dev.pulse.stream.EventId;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** At most once: Redis counts as done what it hands out, so whatever comes of a delivery, nothing is said. Thread-safe. */
final class WithoutAcks<T> implements Settlement<T> {
    private final InFlight<T> inFlight;
    private final SinkReports reports;
    /** What was given back and can reach nobody any more. */
    private final AtomicInteger lost = new AtomicInteger();

    private volatile boolean active;

    WithoutAcks(InFlight<T> inFlight, SinkReports reports) {
        this.inFlight = inFlight;
        this.reports = reports;
    }

    @Override
    public AckResult ack(SinkDelivery<T> delivery) {
        end(delivery, SinkDelivery.State.ACKED);
        return AckResult.ACKED;
    }

    @Override
    public void ackLater(SinkDelivery<T> delivery) {
        if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.ACKED)) {
            end(delivery, SinkDelivery.State.ACKED);
        }
    }

    @Override
    public void ackLater(EventId id) {
        active = true;
    }

    @Override
    public void release(SinkDelivery<T> delivery, int deliveries) {
        lost.incrementAndGet();
        end(delivery, SinkDelivery.State.RELEASED);
    }

    @Override
    public boolean park(SinkDelivery<T> delivery) {
        end(delivery, SinkDelivery.State.PARKED);
        return false;
    }

    @Override
    public void giveUp(SinkDelivery<T> delivery, String cause) {
        end(delivery, SinkDelivery.State.ACKED);
        reports.dropped(delivery.id(), "given up without acks, which leave no dead letters: " + cause);
    }

    @Override
    public void giveUp(EventId id, List<byte[]> fields, String cause, long deliveries) {
        active = true;
        reports.dropped(id, cause);
    }

    private void end(SinkDelivery<T> delivery, SinkDelivery.State end) {
        delivery.move(SinkDelivery.State.ACKING, end);
        inFlight.remove(delivery);
        active = true;
    }

    @Override
    public boolean isGivingUp(EventId id) {
        return false;
    }

    @Override
    public boolean isReleasing(EventId id) {
        return false;
    }

    @Override
    public boolean wasActive() {
        boolean was = active;
        active = false;
        return was;
    }

    /** How many were read and not finished. */
    int lost() {
        return lost.get();
    }
}
