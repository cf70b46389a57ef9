package dev.pulse.camel.stream;

import dev.pulse.StreamDestroyedException;
import dev.pulse.camel.EngineLease;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.LRUCacheFactory;
import org.jspecify.annotations.Nullable;

/** Adds one event for each exchange, and tells its id in a header; to who asked (InOut) also as the body. */
class PulseStreamProducer extends DefaultProducer {
    private static final int MOST_HANDLES = 1_000;

    private final PulseStreamEndpoint endpoint;
    private final EventMapping mapping;
    /** By name, for messages can name another stream. */
    private final Map<String, EventStream<byte[]>> streams = LRUCacheFactory.newLRUCache(MOST_HANDLES);

    private volatile @Nullable EngineLease engine;

    PulseStreamProducer(PulseStreamEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.mapping = endpoint.eventMapping();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        EngineLease lease = endpoint.acquireEngine();
        try {
            streams.put(endpoint.getName(), lease.pulse().stream(endpoint.getName()));
        } catch (IllegalArgumentException e) {
            lease.close();
            throw e;
        }
        engine = lease;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        String stream = text(message, PulseConstants.OVERRIDE_STREAM, endpoint.getName());
        NewEvent<byte[]> event = mapping.toEvent(
                exchange,
                text(message, PulseConstants.EVENT_NAME, endpoint.getEventName()),
                message.getHeader(PulseConstants.TOPIC, endpoint.getTopic(), String.class));
        EventId id;
        try {
            id = stream(stream).add(event);
        } catch (StreamDestroyedException e) {
            // the handle stays with the incarnation that is gone; a new one joins the next
            streams.remove(stream);
            throw e;
        }
        // it was meant for this endpoint, and not for the next one on the way
        message.removeHeader(PulseConstants.OVERRIDE_STREAM);
        message.setHeader(PulseConstants.EVENT_ID, id.toString());
        if (exchange.getPattern().isOutCapable()) {
            message.setBody(id.toString());
        }
    }

    private static String text(Message message, String header, String otherwise) {
        String value = message.getHeader(header, String.class);
        return value == null ? otherwise : value;
    }

    private EventStream<byte[]> stream(String name) {
        EngineLease lease = engine;
        if (lease == null) {
            throw new IllegalStateException("the producer of stream " + endpoint.getName() + " is stopped");
        }
        return streams.computeIfAbsent(name, lease.pulse()::stream);
    }

    @Override
    protected void doStop() throws Exception {
        EngineLease lease = engine;
        engine = null;
        streams.clear();
        if (lease != null) {
            lease.close();
        }
        super.doStop();
    }
}
