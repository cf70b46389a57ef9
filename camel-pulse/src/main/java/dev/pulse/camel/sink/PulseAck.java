package dev.pulse.camel.sink;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Uses the manual ack of an exchange's message, for routes that are not written in Java: as a processor it acks, as a bean
 * it has a method for each way. All throw an IllegalStateException when the message has no manual ack.
 */
public class PulseAck implements Processor {
    @Override
    public void process(Exchange exchange) {
        ack(exchange);
    }

    /** The event is done. */
    public void ack(Exchange exchange) {
        ManualAck.of(exchange).ack();
    }

    /** The event is delivered again after the sink's back-off. */
    public void nack(Exchange exchange) {
        ManualAck.of(exchange).nack();
    }

    /** The event goes to the dead letters. The cause is the exception that was caught, else that the route gave it up. */
    public void deadLetter(Exchange exchange) {
        Exception caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        ManualAck.of(exchange)
                .deadLetter(caught != null ? caught.toString() : "given up by route " + exchange.getFromRouteId());
    }
}
