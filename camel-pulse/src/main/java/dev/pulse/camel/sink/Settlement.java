package dev.pulse.camel.sink;

import dev.pulse.PulseException;
import dev.pulse.stream.Delivery;
import java.time.Duration;
import org.apache.camel.spi.ExceptionHandler;

/** Acks or nacks a delivery by how its exchange ended. */
final class Settlement {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    private final OnFailure onFailure;
    private final Duration ackDeadline;
    private final ExceptionHandler exceptionHandler;

    Settlement(PulseSinkEndpoint endpoint, ExceptionHandler exceptionHandler) {
        this.onFailure = endpoint.getOnFailure();
        this.ackDeadline = Duration.ofMillis(endpoint.getAckDeadline());
        this.exceptionHandler = exceptionHandler;
    }

    /**
     * Settles it.
     *
     * @throws InterruptedException when the consumer is closed meanwhile; the event is delivered again then
     */
    void settle(Delivery<byte[]> delivery, boolean succeeded) throws InterruptedException {
        if (succeeded || onFailure == OnFailure.ACK) {
            ack(delivery);
        } else if (onFailure == OnFailure.LEAVE_PENDING) {
            // merely kept, it would be extended and stand in the way of closing: so it waits aside, still pending
            delivery.nack(ackDeadline);
        } else {
            delivery.nack();
        }
    }

    /** The work is done, so only the ack is tried again: until Redis has it or the event is no longer ours. */
    private void ack(Delivery<byte[]> delivery) throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                delivery.ack();
                return;
            } catch (PulseException e) {
                if (!delivery.leaseHeld()) {
                    return;
                }
                if (!told) {
                    told = true;
                    exceptionHandler.handleException(
                            "Event " + delivery.event().id() + " cannot be acked yet, which is tried again", e);
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }
}
