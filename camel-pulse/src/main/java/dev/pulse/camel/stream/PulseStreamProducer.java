package dev.pulse.camel.stream;

import dev.pulse.Pulse;
import dev.pulse.camel.EventIds;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseProducer;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Does what the endpoint, or the message, says with a stream. The id of what was added is in a header afterwards, and for
 * who asked (InOut) also the body.
 */
class PulseStreamProducer extends PulseProducer {
    private static final String[] FOR_THIS_ENDPOINT = {
        PulseConstants.OVERRIDE_STREAM, PulseConstants.OPERATION, PulseConstants.KEY
    };

    private final PulseStreamEndpoint endpoint;
    private final AddingConfiguration options;
    private final EventMapping mapping;
    private final NewEvents events;
    private final Optional<Expression> onceKey;
    private volatile @Nullable StreamHandles handles;
    private Runnable gone = () -> {};

    PulseStreamProducer(PulseStreamEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.options = endpoint.getAdding();
        this.mapping = endpoint.eventMapping();
        this.events = new NewEvents(mapping, options.getEventName(), endpoint.getTopic());
        this.onceKey = options.keyExpression(endpoint.getCamelContext());
    }

    @Override
    protected void open(Pulse pulse) {
        StreamHandles made = new StreamHandles(pulse, options.retention());
        made.require(endpoint.getName());
        gone = Inventory.of(endpoint.getCamelContext()).add(new InUse.OfStream(pulse, endpoint.getName()));
        handles = made;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        StreamHandles streams = handles;
        if (streams == null) {
            throw stopped();
        }
        Message message = exchange.getMessage();
        StreamOperation operation =
                message.getHeader(PulseConstants.OPERATION, options.getOperation(), StreamOperation.class);
        String stream = message.getHeader(PulseConstants.OVERRIDE_STREAM, endpoint.getName(), String.class);
        switch (operation) {
            case ADD -> add(streams, stream, exchange);
            case ADD_ONCE -> addOnce(streams, stream, exchange);
            case ADD_IF_EXISTS -> addIfExists(streams, stream, exchange);
            case REMOVE -> {
                List<EventId> ids = EventIds.of(message);
                answer(exchange, streams.with(stream, s -> s.remove(ids)));
            }
            case INFO -> message.setBody(streams.with(stream, s -> s.figures()));
            case SNAPSHOT -> message.setBody(exchanges(streams.with(stream, s -> s.snapshot())));
            case CHANGE_RETENTION ->
                streams.with(stream, s -> {
                    s.changeRetention(options.mandatoryRetention());
                    return s;
                });
            case DESTROY -> {
                streams.with(stream, s -> {
                    s.destroy();
                    return s;
                });
                streams.forget(stream);
            }
        }
        for (String header : FOR_THIS_ENDPOINT) {
            // it was meant for this endpoint, and not for the next one on the way
            message.removeHeader(header);
        }
    }

    private void add(StreamHandles streams, String stream, Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        Iterator<?> elements = options.isUseIterator() ? elements(message.getBody()) : null;
        if (elements == null) {
            EventId id = streams.with(stream, s -> s.add(events.of(exchange, message)));
            told(exchange, id.toString());
            return;
        }
        List<String> ids = new ArrayList<>();
        while (elements.hasNext()) {
            streams.with(stream, s -> s.addAll(events.next(exchange, elements))).forEach(id -> ids.add(id.toString()));
        }
        told(exchange, ids);
    }

    private static @Nullable Iterator<?> elements(@Nullable Object body) {
        return switch (body) {
            case Collection<?> collection -> collection.iterator();
            case Iterator<?> iterator -> iterator;
            case null, default -> null;
        };
    }

    private void addOnce(StreamHandles streams, String stream, Exchange exchange) throws Exception {
        String key = key(exchange);
        Duration window = Duration.ofMillis(options.getOnceWindow());
        var once = streams.with(stream, s -> s.addOnce(key, window, events.of(exchange, exchange.getMessage())));
        exchange.getMessage().setHeader(PulseConstants.ADDED, once.first());
        told(exchange, once.id().toString());
    }

    private String key(Exchange exchange) {
        String key = exchange.getMessage().getHeader(PulseConstants.KEY, String.class);
        if (key == null && onceKey.isPresent()) {
            key = onceKey.get().evaluate(exchange, String.class);
        }
        if (key == null || key.isEmpty()) {
            throw new IllegalArgumentException("operation addOnce needs a key, in the option onceKey or the header "
                    + PulseConstants.KEY + ", which gave none");
        }
        return key;
    }

    private void addIfExists(StreamHandles streams, String stream, Exchange exchange) throws Exception {
        Optional<EventId> id = streams.with(stream, s -> s.addIfExists(events.of(exchange, exchange.getMessage())));
        exchange.getMessage().setHeader(PulseConstants.ADDED, id.isPresent());
        told(exchange, id.map(EventId::toString).orElse(null));
    }

    private List<Exchange> exchanges(List<Event<byte[]>> retained) {
        List<Exchange> exchanges = new ArrayList<>(retained.size());
        for (Event<byte[]> event : retained) {
            Exchange each = endpoint.createExchange();
            mapping.fill(each, event);
            exchanges.add(each);
        }
        return exchanges;
    }

    private static void told(Exchange exchange, @Nullable Object ids) {
        exchange.getMessage().setHeader(PulseConstants.EVENT_ID, ids);
        answer(exchange, ids);
    }

    private static void answer(Exchange exchange, @Nullable Object answer) {
        if (exchange.getPattern().isOutCapable()) {
            exchange.getMessage().setBody(answer);
        }
    }

    @Override
    protected void letGo() {
        handles = null;
        gone.run();
    }
}
