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
        use(delivery::ackLater);
    }

    @Override
    public void nack() {
        use(delivery::nack);
    }

    @Override
    public void nack(String cause) {
        use(() -> delivery.nack(cause));
    }

    @Override
    public void nack(Duration delay) {
        SinkConfiguration.requireDelay(delay);
        use(() -> delivery.nack(delay));
    }

    @Override
    public void deadLetter(String cause) {
        use(() -> delivery.deadLetter(cause));
    }

    private void use(Runnable settlement) {
        if (used.compareAndSet(false, true)) {
            // in this order: once nothing is held, a member that closes gives back what is not settled
            settlement.run();
            held.remove(this);
        }
    }

    /** Whether it can still settle the event. */
    boolean isOpen() {
        return !used.get() && delivery.leaseHeld();
    }
}
