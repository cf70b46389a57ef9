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
            // the last delivery would end in the dead letters; still held, it goes back when the sink is closed
            if (delivery.attempt() < maxDeliveries) {
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
        } else if (onFailure == OnFailure.LEAVE_PENDING && delivery.attempt() < maxDeliveries) {
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
