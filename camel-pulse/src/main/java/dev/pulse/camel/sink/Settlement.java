package dev.pulse.camel.sink;

import dev.pulse.stream.AckMode;
import dev.pulse.stream.Delivery;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Acks a delivery or gives it back, by how its exchange ended. Nothing here waits for Redis: acks travel together, and are
 * tried again by the engine until Redis has them. Whoever settles a delivery first has settled it. Thread-safe.
 */
final class Settlement {
    private final AckMode ackMode;
    private final OnFailure onFailure;
    private final int maxDeliveries;
    private final Duration ackDeadline;
    private volatile boolean closing;

    Settlement(SinkConfiguration configuration) {
        this.ackMode = configuration.getAckMode();
        this.onFailure = configuration.getOnFailure();
        this.maxDeliveries = configuration.getMaxDeliveries();
        this.ackDeadline = Duration.ofMillis(configuration.getAckDeadline());
    }

    /** From now on an exchange that is cut short has not failed. */
    void closing() {
        closing = true;
    }

    /** The exchange is complete. */
    void complete(Delivery<?> delivery) {
        if (ackMode != AckMode.MANUAL) {
            delivery.ackLater();
        }
    }

    /** The exchange failed. */
    void failed(Delivery<?> delivery, @Nullable Throwable cause) {
        if (closing && isCutShort(cause)) {
            if (mayBeNacked(delivery)) {
                delivery.nack();
            }
            return;
        }
        if (onFailure == OnFailure.ACK) {
            delivery.ackLater();
        } else {
            again(delivery, String.valueOf(cause));
        }
    }

    /** The exchange is not going to begin: any member may have the event at once. */
    void notBegun(Delivery<?> delivery) {
        if (mayBeNacked(delivery)) {
            delivery.nack(Duration.ZERO);
        }
    }

    /** After the last delivery a nack would make a dead letter; still held, the event goes back when the sink is closed. */
    private boolean mayBeNacked(Delivery<?> delivery) {
        return delivery.attempt() < maxDeliveries;
    }

    /**
     * The event cannot be turned into an exchange. That is never acked: a wrong codec would empty the stream and nobody
     * would notice.
     */
    void unreadable(Delivery<?> delivery, Throwable cause) {
        if (onFailure == OnFailure.ACK) {
            delivery.deadLetter(String.valueOf(cause.getMessage()));
        } else {
            again(delivery, String.valueOf(cause.getMessage()));
        }
    }

    private void again(Delivery<?> delivery, String cause) {
        if (onFailure == OnFailure.DEAD_LETTER) {
            delivery.deadLetter(cause);
        } else if (onFailure == OnFailure.LEAVE_PENDING && mayBeNacked(delivery)) {
            // merely kept, it would be extended and stand in the way of closing: so it waits aside, still pending
            delivery.nack(ackDeadline);
        } else {
            delivery.nack(cause);
        }
    }

    /** Whether that is how exchanges end that outlast the time for closing. */
    private static boolean isCutShort(@Nullable Throwable cause) {
        return cause != null
                && (ObjectHelper.getException(InterruptedException.class, cause) != null
                        || ObjectHelper.getException(RejectedExecutionException.class, cause) != null);
    }
}
