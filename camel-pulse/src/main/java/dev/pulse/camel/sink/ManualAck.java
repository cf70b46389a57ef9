package dev.pulse.camel.sink;

import dev.pulse.camel.PulseConstants;
import java.time.Duration;
import org.apache.camel.Exchange;

/**
 * Settles the event of an exchange, or all those of a batch, by hand; with {@code ackMode=manual} it is in the header
 * {@link PulseConstants#MANUAL_ACK}. Until then the event is held and its ack deadline extended, up to
 * {@code maxProcessing}. What is called first counts, for each event; further calls do nothing. All methods can be called
 * from any thread, return at once, and are tried again while Redis is away.
 */
public interface ManualAck {
    /** The event is done. */
    void ack();

    /** The event is delivered again after the sink's back-off; after the last delivery it goes to the dead letters. */
    void nack();

    /**
     * {@link #nack()} with the reason for it.
     *
     * @param cause why, for whoever looks through the dead letters, should this have been the last delivery
     */
    void nack(String cause);

    /**
     * The event is delivered again after this delay; after the last delivery it goes to the dead letters.
     *
     * @param delay 0 to 24 h; after 0 any member of the sink may have it
     */
    void nack(Duration delay);

    /**
     * The event goes to the dead letters.
     *
     * @param cause why, for whoever looks through them; the first 4,096 characters are kept
     */
    void deadLetter(String cause);

    /**
     * The one of this exchange.
     *
     * @throws IllegalStateException when its message has none
     */
    static ManualAck of(Exchange exchange) {
        ManualAck found = exchange.getMessage().getHeader(PulseConstants.MANUAL_ACK, ManualAck.class);
        if (found == null) {
            throw new IllegalStateException("header " + PulseConstants.MANUAL_ACK
                    + " is set by a pulse-sink with ackMode=manual, was not there");
        }
        return found;
    }
}
