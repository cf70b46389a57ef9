package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.Reading;
import dev.pulse.stream.Delivery;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** A member of a sink: one exchange for each delivery, or for each batch of them, settled by how the exchange ends. */
class PulseSinkConsumer extends PulseConsumer {
    private final PulseSinkEndpoint endpoint;

    PulseSinkConsumer(PulseSinkEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        SinkConfiguration configuration = endpoint.getSinkConfiguration();
        Membership membership = Membership.join(endpoint, pulse, getExceptionHandler());
        return configuration.isBatching()
                ? new BatchReading(membership, configuration, this::routeBatch, getExceptionHandler())
                : new SinkReading(membership, this::route);
    }

    private void route(Membership membership, Delivery<byte[]> delivery) throws InterruptedException {
        Exchange exchange = createExchange(true);
        membership.fill(exchange, delivery);
        if (isReadable(membership, delivery, exchange)) {
            process(exchange, membership.settleWith(exchange, List.of(delivery)));
        }
    }

    private void routeBatch(Membership membership, List<Delivery<byte[]>> deliveries) throws InterruptedException {
        List<Exchange> bodies = new ArrayList<>(deliveries.size());
        List<Delivery<byte[]>> readable = new ArrayList<>(deliveries.size());
        for (Delivery<byte[]> delivery : deliveries) {
            // these never come from a pool, so that whoever gets them may keep them
            Exchange each = endpoint.createExchange();
            membership.fill(each, delivery);
            if (isReadable(membership, delivery, each)) {
                bodies.add(each);
                readable.add(delivery);
            }
        }
        if (!readable.isEmpty()) {
            Exchange batch = createExchange(true);
            membership.fillBatch(batch, bodies);
            process(batch, membership.settleWith(batch, readable));
        }
    }

    /** Whether its payload was decoded; otherwise it is settled, and told to the exception handler. */
    private boolean isReadable(Membership membership, Delivery<byte[]> delivery, Exchange exchange) {
        Exception cause = exchange.getException();
        if (cause == null) {
            return true;
        }
        // it never becomes a unit of work, so it does not go back to a pool of exchanges either
        membership.settlement().unreadable(delivery, cause);
        handleException("Error reading event", exchange, cause);
        return false;
    }

    /** Returns when the unit of work of this exchange is complete. */
    private void process(Exchange exchange, Completion completion) throws InterruptedException {
        route(exchange, completion);
        completion.await();
    }
}
