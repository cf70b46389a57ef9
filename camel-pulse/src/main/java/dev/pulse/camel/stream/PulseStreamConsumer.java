package dev.pulse.camel.stream;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.Reading;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Reader;
import dev.pulse.stream.StartAt;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader: one exchange for each event, or for each batch of them. What fails goes to the exception handler, and it goes
 * on. It begins where it was suspended, where its offsets say that a former one ended, or where it is told to.
 */
class PulseStreamConsumer extends PulseConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(PulseStreamConsumer.class);

    private final PulseStreamEndpoint endpoint;
    private final EventMapping mapping;
    private @Nullable Offsets offsets;
    /** The reading since it was started; after a suspension the next one begins where that ended, so nothing is missed. */
    private @Nullable StreamReading last;
    /** Where it goes on after a gap that it was to stop at. */
    private volatile @Nullable StartAt behindGap;

    PulseStreamConsumer(PulseStreamEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.mapping = endpoint.eventMapping();
    }

    @Override
    protected void doStart() throws Exception {
        Offsets kept = new Offsets(endpoint, getExceptionHandler());
        kept.start();
        offsets = kept;
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        last = null;
        behindGap = null;
        offsets = null;
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        Offsets kept = offsets;
        if (kept == null) {
            throw new IllegalStateException("the consumer of stream " + endpoint.getName() + " is stopped");
        }
        StreamReading before = last;
        StartAt start = before != null ? StartAt.after(before.position()) : kept.beginning();
        StartAt behind = behindGap;
        if (behind != null) {
            start = behind;
            behindGap = null;
        }
        StreamReading opened = new StreamReading(endpoint.getReading(), kept, this::route);
        Reader<byte[]> reader = pulse.stream(endpoint.getName())
                .reader(endpoint.readerOptions(start, mapping)
                        .listener(event -> told(opened, event))
                        .build());
        opened.reads(reader, endpoint.inUse(pulse, reader));
        last = opened;
        return opened;
    }

    /** Something happened to the reader; called on the thread that reads, before anything is handed out. */
    private void told(StreamReading reading, PulseEvent event) {
        switch (event) {
            case PulseEvent.Gap gap ->
                lost(
                        reading,
                        StartAt.oldest(),
                        "events of stream " + gap.stream() + " between " + gap.after() + " and " + gap.first()
                                + " were trimmed unread");
            case PulseEvent.StreamReset reset ->
                lost(
                        reading,
                        StartAt.after(EventId.parse(reset.goesOnAfter())),
                        "stream " + reset.stream() + " is not the one that was read up to " + reset.after());
            case PulseEvent.ConnectionLost lost -> fails(reading, lost.loop() + ": " + lost.cause());
            case PulseEvent.StreamDestroyed destroyed ->
                fails(reading, "stream " + destroyed.stream() + " was destroyed; nothing more of it is consumed");
            case PulseEvent.EntryDropped dropped ->
                fails(
                        reading,
                        "event " + dropped.eventId() + " of stream " + dropped.stream() + " was passed over: "
                                + dropped.cause());
            default -> LOG.debug("stream={} told=\"{}\"", endpoint.getName(), event);
        }
    }

    private void fails(StreamReading reading, String what) {
        // the reading goes on meanwhile, whatever the error handler of the route does
        reading.beside(() -> getExceptionHandler().handleException("Error reading", new RuntimeCamelException(what)));
    }

    private void lost(StreamReading reading, StartAt behind, String what) {
        if (endpoint.getReading().getGapPolicy() == GapPolicy.CONTINUE) {
            return;
        }
        behindGap = behind;
        reading.stop();
        // not on its own threads, which end with the suspension
        getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newThread("PulseGap", () -> suspendAfter(new EventsLostException(what)))
                .start();
    }

    private void suspendAfter(EventsLostException cause) {
        getExceptionHandler().handleException("Error reading, the route is suspended", cause);
        try {
            if (getRoute() == null) {
                suspend();
            } else {
                getEndpoint().getCamelContext().getRouteController().suspendRoute(getRouteId());
            }
        } catch (Exception e) {
            getExceptionHandler().handleException("Route cannot be suspended; it consumes nothing all the same", e);
        }
    }

    /** Has these events routed; {@code end} is told when that is complete, on whatever thread. */
    private void route(List<Event<byte[]>> events, Ending end) {
        Exchange exchange = createExchange(true);
        if (endpoint.getReading().isBatching()) {
            fillBatch(exchange, events);
        } else {
            mapping.fill(exchange, events.getFirst());
        }
        Exception unreadable = exchange.getException();
        if (unreadable != null) {
            // it never becomes a unit of work, so it does not go back to a pool of exchanges either
            handleException("Error reading event", exchange, unreadable);
            end.onComplete(exchange);
            return;
        }
        exchange.getExchangeExtension().addOnCompletion(end);
        route(exchange, end);
    }

    private void fillBatch(Exchange exchange, List<Event<byte[]>> events) {
        List<Exchange> bodies = new ArrayList<>(events.size());
        for (Event<byte[]> event : events) {
            Exchange each = endpoint.createExchange();
            mapping.fill(each, event);
            Exception unreadable = each.getException();
            if (unreadable == null) {
                bodies.add(each);
            } else {
                handleException("Error reading event", each, unreadable);
            }
        }
        exchange.getIn().setBody(bodies);
        exchange.getIn().setHeader(PulseConstants.STREAM, endpoint.getName());
    }
}
