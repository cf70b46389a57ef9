package dev.pulse.camel.map;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.Reading;
import dev.pulse.map.MapChange;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a map: one exchange for each change, one at a time, in their order. What fails goes to the exception handler, and
 * it goes on. A change that waits while the consumer is suspended is consumed when it is resumed.
 */
class PulseMapConsumer extends PulseConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(PulseMapConsumer.class);

    private final PulseMapEndpoint endpoint;
    private final MapValues values;
    private @Nullable Changes changes;

    PulseMapConsumer(PulseMapEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.values = endpoint.values();
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        Changes followed = changes;
        if (followed == null) {
            WatchingConfiguration options = endpoint.getWatching();
            followed = new Changes(endpoint.acquireMap(this::told), options.engineOptions(), options.wished());
            changes = followed;
        }
        return new MapReading(followed, this::route);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        Changes followed = changes;
        changes = null;
        if (followed != null) {
            followed.close();
        }
    }

    /** Something happened to the replica; called on a thread that does nothing else, for one event after another. */
    private void told(PulseEvent event) {
        switch (event) {
            case PulseEvent.ConnectionLost lost -> fails(lost.loop() + ": " + lost.cause());
            case PulseEvent.MapValueDropped dropped ->
                fails("key \"" + dropped.key() + "\" of map " + dropped.map() + " was passed over: " + dropped.cause());
            default -> LOG.debug("map={} told=\"{}\"", endpoint.getName(), event);
        }
    }

    private void fails(String what) {
        getExceptionHandler().handleException("Error following", new RuntimeCamelException(what));
    }

    /** Returns when the exchange of this change is complete, on whatever thread. */
    private void route(MapChange<byte[]> change) throws InterruptedException {
        Exchange exchange = createExchange(true);
        fill(exchange, change);
        Exception unreadable = exchange.getException();
        if (unreadable != null) {
            // it never becomes a unit of work, so it does not go back to a pool of exchanges either
            handleException("Error reading change", exchange, unreadable);
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        SynchronizationAdapter end = new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange completed) {
                done.countDown();
            }
        };
        exchange.getExchangeExtension().addOnCompletion(end);
        route(exchange, end);
        done.await();
    }

    /** When the value cannot be decoded, the body is the raw value and the exchange has the exception. */
    private void fill(Exchange exchange, MapChange<byte[]> change) {
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.MAP, endpoint.getName());
        message.setHeader(PulseConstants.KEY, change.key());
        message.setHeader(PulseConstants.CHANGE_KIND, kind(change.kind()));
        message.setHeader(PulseConstants.REVISION, change.revision());
        Object before = values.readable(change.key(), change.oldValue());
        if (before != null) {
            message.setHeader(PulseConstants.OLD_VALUE, before);
        }
        try {
            message.setBody(values.decode(change.key(), change.newValue()));
        } catch (RuntimeCamelException e) {
            message.setBody(change.newValue().orElseThrow());
            exchange.setException(e);
        }
    }

    private static String kind(MapChange.Kind kind) {
        return switch (kind) {
            case PRESENT -> "present";
            case SET -> "set";
            case DELETE -> "del";
            case RESET -> "reset";
            case DESTROY -> "destroy";
        };
    }
}
