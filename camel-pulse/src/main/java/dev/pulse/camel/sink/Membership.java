package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.ReadErrors;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.ExceptionHandler;

/** The place of one consumer in the sink, from joining to leaving; turns its deliveries into exchanges. Thread-safe. */
final class Membership {
    private final Sink<byte[]> sink;
    private final EventMapping mapping;
    private final Settlement settlement;
    private final ReadErrors errors;
    private final boolean manual;
    private final HeldEvents held = new HeldEvents();
    private final Runnable leave;

    private Membership(PulseSinkEndpoint endpoint, Pulse pulse, ExceptionHandler handler) throws InterruptedException {
        SinkConfiguration configuration = endpoint.getSinkConfiguration();
        this.mapping = endpoint.eventMapping();
        this.settlement = new Settlement(configuration);
        this.manual = configuration.getAckMode() == AckMode.MANUAL;
        this.errors = new ReadErrors(handler);
        SinkOptions options = endpoint.sinkOptions().listener(errors).build();
        SinkAddress address = endpoint.address();
        this.sink = pulse.stream(address.first()).sink(address.sink(), options);
        addStreams(pulse, address.others(), options.startAt());
        Runnable unknown = endpoint.sinkComponent().register(pulse, address.sink(), held);
        Inventory inventory = Inventory.of(endpoint.getCamelContext());
        List<Runnable> gone = new ArrayList<>();
        gone.add(inventory.add(new InUse.OfSink(pulse, String.join(",", address.streams()), sink)));
        address.streams().forEach(stream -> gone.add(inventory.add(new InUse.OfStream(pulse, stream))));
        this.leave = () -> {
            unknown.run();
            gone.forEach(Runnable::run);
        };
    }

    private void addStreams(Pulse pulse, List<String> streams, StartAt startAt) throws InterruptedException {
        boolean added = false;
        try {
            for (String stream : streams) {
                sink.addStream(pulse.stream(stream), startAt);
            }
            added = true;
        } finally {
            if (!added) {
                sink.close(Duration.ZERO);
            }
        }
    }

    /**
     * Joins the sink that the endpoint names.
     *
     * @param handler is told what keeps it from reading
     */
    static Membership join(PulseSinkEndpoint endpoint, Pulse pulse, ExceptionHandler handler)
            throws InterruptedException {
        return new Membership(endpoint, pulse, handler);
    }

    Sink<byte[]> sink() {
        return sink;
    }

    ReadErrors errors() {
        return errors;
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

    /** Whether an event is held for a manual ack. */
    boolean isHolding() {
        return held.size() > 0;
    }

    /** Waits until no event is held for a manual ack, up to this time, by {@link System#nanoTime}; whether none is. */
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
