package dev.pulse.stream;

import dev.pulse.CloseResult;
import java.time.Duration;
import java.util.List;

/**
 * A consumer of a sink: the events of its streams are shared out among all consumers of that name, in this process and
 * others, and each is delivered at least once until it is acknowledged. What a consumer that died held is claimed by
 * another within the ack deadline and 2 s. What one gives back, by {@link Delivery#nack(Duration)} without a delay or by
 * closing, the others of its process look for at once, those of other processes at their next look: within a third of the
 * ack deadline while the sink has events, else within the ack deadline. Either {@link #poll} is used or one of the
 * {@code consume}s, once.
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
     * Reads one more stream from now on, also while {@link #poll} or a consumption is under way: this consumer joins the
     * sink of the same name there. All are read by one blocking read, on Redis Cluster by one each; each keeps its own
     * order, between them there is none but by key. What may be in flight, the filters and the order by key hold for all
     * together; when there is less room than streams, a read may bring one of each that gets one at that moment. From
     * any thread, a handler included. Should one of several streams be destroyed, it drops out, and the sink goes on with
     * the others.
     *
     * <p>All consumers of an exclusive sink begin with the same stream: it keeps the lease, which is one for all, and the
     * sink ends with it.
     *
     * @param stream of the same {@link dev.pulse.Pulse}
     * @param at where the sink of that name begins in the stream if this makes it, otherwise ignored
     * @throws IllegalStateException when the sink reads a stream of this name already, or is closed
     * @throws IllegalArgumentException when the stream is of another {@link dev.pulse.Pulse}
     * @throws InterruptedException when interrupted; it is not added
     */
    void addStream(EventStream<T> stream, StartAt at) throws InterruptedException;

    /**
     * Reads a stream no more: when this returned, no event of it is handed to a handler or a poll. What was not begun, or
     * waits for another try, is given back; what was begun can still be settled, and only then this consumer leaves the
     * sink of that stream. The stream can be added again at any time.
     *
     * @throws IllegalArgumentException when the sink does not read a stream of this name
     * @throws IllegalStateException when it is the last one; {@link #close} the sink instead. Also when it is the first
     *     one of an exclusive sink
     */
    void removeStream(String stream);

    /** The names of the streams it reads, in the order in which they were added. */
    List<String> streams();

    /**
     * How the sink and this consumer get on, over all streams; asks Redis once for each. While Redis is away, what only it knows is empty.
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
