package dev.pulse.stream;

/** Takes deliveries over: nothing happens to one until {@code ack} or {@code nack}, called then or later, anywhere. */
@FunctionalInterface
public interface DeliveryHandler<T> {
    /** Takes the delivery. A throw is a {@code nack} with back-off, unless the delivery was settled before. */
    void handle(Delivery<T> delivery) throws Exception;
}
