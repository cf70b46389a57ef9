package dev.pulse.camel;

import dev.pulse.stream.Event;
import dev.pulse.stream.NewEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes an event of a message and a message of an event, for one consumer or producer. Thread-safe. */
public final class EventMapping {
    private static final Logger LOG = LoggerFactory.getLogger(EventMapping.class);
    private static final String CONTENT_TYPE = "content-type";
    private static final int MOST_LOGGED = 100;

    private final PayloadCodec codec;
    private final HeaderFilterStrategy filter;
    /** Each is logged once. */
    private final Set<String> namesLeftOut = ConcurrentHashMap.newKeySet();

    private final LongAdder leftOut = new LongAdder();

    public EventMapping(PayloadCodec codec, HeaderFilterStrategy filter) {
        this.codec = codec;
        this.filter = filter;
    }

    /**
     * The event that this message of the exchange asks for.
     *
     * @throws Exception when the body is no payload, or a name is out of its range
     */
    public NewEvent<byte[]> toEvent(Exchange exchange, Message message, String name, @Nullable String topic)
            throws Exception {
        return new NewEvent<>(name, Optional.ofNullable(topic), codec.encode(message), headers(exchange, message));
    }

    private Map<String, String> headers(Exchange exchange, Message message) {
        Map<String, String> headers = new LinkedHashMap<>();
        codec.contentType().ifPresent(type -> headers.put(CONTENT_TYPE, type));
        message.getHeaders().forEach((name, value) -> {
            if (value == null || filter.applyFilterToCamelHeaders(name, value, exchange)) {
                return;
            }
            if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                // header names are case-insensitive in Camel, and not in an event
                headers.put(name.equalsIgnoreCase(CONTENT_TYPE) ? CONTENT_TYPE : name, value.toString());
            } else {
                leaveOut(name, value);
            }
        });
        return headers;
    }

    private void leaveOut(String name, Object value) {
        leftOut.increment();
        if (namesLeftOut.size() < MOST_LOGGED && namesLeftOut.add(name)) {
            LOG.warn("header={} type={} state=left-out", name, value.getClass().getName());
        }
    }

    /** How many headers stayed behind so far, for they were neither text nor number nor boolean. */
    public long leftOut() {
        return leftOut.sum();
    }

    /**
     * Fills the exchange with the event. When the payload cannot be decoded, the body is the raw payload and the
     * exchange has the exception.
     */
    public void fill(Exchange exchange, Event<byte[]> event) {
        Message message = exchange.getIn();
        event.headers().forEach((name, value) -> {
            if (!filter.applyFilterToExternalHeaders(name, value, exchange)) {
                message.setHeader(name, value);
            }
        });
        message.setHeader(PulseConstants.EVENT_ID, event.id().toString());
        message.setHeader(PulseConstants.EVENT_NAME, event.name());
        message.setHeader(PulseConstants.STREAM, event.stream());
        event.topic().ifPresent(topic -> message.setHeader(PulseConstants.TOPIC, topic));
        message.setHeader(PulseConstants.TIMESTAMP, event.time().toEpochMilli());
        message.setHeader(Exchange.MESSAGE_TIMESTAMP, event.time().toEpochMilli());
        try {
            message.setBody(codec.decode(event.payload()));
        } catch (Exception e) {
            message.setBody(event.payload());
            exchange.setException(PayloadCodec.undecodable(event.id().toString(), e));
        }
    }
}
