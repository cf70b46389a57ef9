package dev.pulse.stream;

/**
 * Takes deliveries over: each is to be settled by {@code ack}, {@code nack} or {@code deadLetter}, then or later, on any
 * thread. Runs on a virtual thread, up to {@link SinkOptions#concurrency} at once, and may block. It is interrupted as an
 * {@link EventHandler} is.
 */
@FunctionalInterface
public interface DeliveryHandler<T> {
    /** Takes the delivery. A throw is a {@code nack} with back-off, unless the delivery was settled before. */
    void handle(Delivery<T> delivery) throws Exception;
}
