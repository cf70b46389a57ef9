package dev.pulse.camel.sink;

import dev.pulse.stream.Delivery;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** The manual ack of one delivery, known to {@link HeldEvents} until it is used. */
final class HeldAck implements ManualAck {
    private final Delivery<?> delivery;
    private final HeldEvents held;
    private final AtomicBoolean used = new AtomicBoolean();

    HeldAck(Delivery<?> delivery, HeldEvents held) {
        this.delivery = delivery;
        this.held = held;
    }

    Delivery<?> delivery() {
        return delivery;
    }

    @Override
    public void ack() {
        if (use()) {
            delivery.ackLater();
        }
    }

    @Override
    public void nack() {
        if (use()) {
            delivery.nack();
        }
    }

    @Override
    public void nack(String cause) {
        if (use()) {
            delivery.nack(cause);
        }
    }

    @Override
    public void nack(Duration delay) {
        SinkConfiguration.requireDelay(delay);
        if (use()) {
            delivery.nack(delay);
        }
    }

    @Override
    public void deadLetter(String cause) {
        if (use()) {
            delivery.deadLetter(cause);
        }
    }

    private boolean use() {
        if (!used.compareAndSet(false, true)) {
            return false;
        }
        held.remove(this);
        return true;
    }

    /** Whether it can still settle the event. */
    boolean isOpen() {
        return !used.get() && delivery.leaseHeld();
    }
}
