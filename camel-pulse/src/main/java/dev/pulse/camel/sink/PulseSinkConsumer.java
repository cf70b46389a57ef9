package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.Reading;
import dev.pulse.stream.Delivery;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** A member of a sink: one exchange for each delivery, settled by how the exchange ends. */
class PulseSinkConsumer extends PulseConsumer {
    private final PulseSinkEndpoint endpoint;
    private final EventMapping mapping;

    PulseSinkConsumer(PulseSinkEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.mapping = endpoint.eventMapping();
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        return new SinkReading(
                pulse.stream(endpoint.getStream()).sink(endpoint.getSinkName(), endpoint.sinkOptions()),
                this::route,
                new Settlement(endpoint, getExceptionHandler()));
    }

    /** Has the delivery go through the route, and waits until its unit of work is complete; whether that went well. */
    private boolean route(Delivery<byte[]> delivery) throws InterruptedException {
        Exchange exchange = createExchange(true);
        mapping.fill(exchange, delivery.event());
        exchange.getIn().setHeader(PulseConstants.SINK, endpoint.getSinkName());
        exchange.getIn().setHeader(PulseConstants.DELIVERY_COUNT, delivery.attempt());
        if (exchange.getException() != null) {
            // it never becomes a unit of work, so it does not go back to a pool of exchanges either
            handleException("Error reading event", exchange, exchange.getException());
            return false;
        }
        Completion completion = new Completion();
        exchange.getExchangeExtension().addOnCompletion(completion);
        getAsyncProcessor().process(exchange, defaultConsumerCallback(exchange, true));
        return completion.await();
    }
}
