package dev.pulse.camel;

import dev.pulse.stream.Event;
import dev.pulse.stream.NewEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.jspecify.annotations.Nullable;

/** Makes an event of a message and a message of an event, for one consumer or producer. Thread-safe. */
public final class EventMapping {
    private static final String CONTENT_TYPE = "content-type";

    private final PayloadCodec codec;
    private final HeaderFilterStrategy filter;
    private final LeftOutHeaders leftOut;

    EventMapping(PayloadCodec codec, HeaderFilterStrategy filter, LeftOutHeaders leftOut) {
        this.codec = codec;
        this.filter = filter;
        this.leftOut = leftOut;
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
                leftOut.add(name, value);
            }
        });
        return headers;
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
