package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The place of one consumer in the sink, from joining to leaving; turns its deliveries into exchanges. Thread-safe. */
final class Membership {
    private final Sink<byte[]> sink;
    private final EventMapping mapping;
    private final Settlement settlement;
    private final boolean manual;
    private final HeldEvents held = new HeldEvents();
    private final Runnable leave;

    private Membership(PulseSinkEndpoint endpoint, Pulse pulse) throws InterruptedException {
        SinkConfiguration configuration = endpoint.getSinkConfiguration();
        this.mapping = endpoint.eventMapping();
        this.settlement = new Settlement(configuration);
        this.manual = configuration.getAckMode() == AckMode.MANUAL;
        EventExpressions expressions = new EventExpressions(endpoint);
        SinkOptions options = configuration.engineOptions(
                expressions.filter(configuration.getFilter()), expressions.orderBy(configuration.getOrderBy()));
        this.sink = pulse.stream(endpoint.getStream()).sink(endpoint.getSinkName(), options);
        this.leave = endpoint.sinkComponent().register(pulse, endpoint.getSinkName(), held);
    }

    /** Joins the sink that the endpoint names. */
    static Membership join(PulseSinkEndpoint endpoint, Pulse pulse) throws InterruptedException {
        return new Membership(endpoint, pulse);
    }

    Sink<byte[]> sink() {
        return sink;
    }

    Settlement settlement() {
        return settlement;
    }

    /** Fills the exchange with this delivery. It has an exception then if the payload cannot be decoded. */
    void fill(Exchange exchange, Delivery<byte[]> delivery) {
        mapping.fill(exchange, delivery.event());
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.SINK, sink.name());
        message.setHeader(PulseConstants.DELIVERY_COUNT, delivery.attempt());
        delivery.fencingToken().ifPresent(token -> message.setHeader(PulseConstants.FENCING_TOKEN, token));
        if (manual && exchange.getException() == null) {
            HeldAck ack = new HeldAck(delivery, held);
            held.add(ack);
            message.setHeader(PulseConstants.MANUAL_ACK, ack);
        }
    }

    /** Fills the exchange with those of a batch. */
    void fillBatch(Exchange exchange, List<Exchange> bodies) {
        Message message = exchange.getIn();
        message.setBody(bodies);
        message.setHeader(PulseConstants.SINK, sink.name());
        if (manual) {
            message.setHeader(
                    PulseConstants.MANUAL_ACK,
                    new ManualAcks(bodies.stream().map(ManualAck::of).toList()));
        }
    }

    /** Has the end of this exchange settle these deliveries. */
    Completion settleWith(Exchange exchange, List<? extends Delivery<?>> deliveries) {
        Completion completion = new Completion(settlement, deliveries);
        exchange.getExchangeExtension().addOnCompletion(completion);
        return completion;
    }

    /** How many events wait to be settled by hand. */
    int held() {
        return held.size();
    }

    /** Waits for that until this time, by {@link System#nanoTime}; whether none does. */
    boolean awaitNoneHeld(long deadline) throws InterruptedException {
        return held.awaitNone(deadline);
    }

    /** Leaves, after up to {@code drain} for what is in flight. */
    void close(Duration drain) {
        settlement.closing();
        sink.close(drain);
        leave.run();
    }
}
