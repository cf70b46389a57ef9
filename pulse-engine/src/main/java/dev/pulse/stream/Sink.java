package dev.pulse.stream;

import dev.pulse.CloseResult;
import java.time.Duration;
import java.util.List;

/**
 * A consumer of a sink: the events of a stream are shared out among all consumers of that name, in this process and
 * others, and each is delivered at least once until it is acknowledged. What a consumer that died held is claimed by
 * another within the ack deadline and 2 s. Either {@link #poll} is used or one of the {@code consume}s, once.
 */
public interface Sink<T> extends AutoCloseable {
    /** The name that all consumers of the sink share. */
    String name();

    /** This consumer's own name, a ULID. */
    String consumer();

    /**
     * The next deliveries: those there are, else the first to come within {@code wait}. Nothing is read ahead. Each is
     * in flight until it is acked or nacked; when {@code maxInFlight} are, nothing more comes.
     *
     * @param max 1 to 10,000
     * @param wait 0 to 24 h
     * @throws InterruptedException when interrupted; no event is lost by it
     */
    List<Delivery<T>> poll(int max, Duration wait) throws InterruptedException;

    /**
     * Hands events to the handler: acked when it returns, nacked with back-off when it throws.
     *
     * @throws IllegalStateException when the sink is consumed or polled already, is closed, or acks are
     *     {@link AckMode#MANUAL}
     */
    Consumption consume(EventHandler<T> handler);

    /** Hands deliveries to the handler, which settles them itself, then or later. */
    Consumption consumeManually(DeliveryHandler<T> handler);

    /**
     * How the sink and this consumer get on; asks Redis once. While Redis is away, what only it knows is empty.
     *
     * @throws InterruptedException when interrupted while waiting for Redis
     */
    SinkFigures figures() throws InterruptedException;

    /** Ends reading and the consumption, as {@link Consumption#close(Duration)} does, and leaves the sink. */
    CloseResult close(Duration drain);

    /** {@link #close(Duration)} with 10 s. */
    @Override
    void close();
}
