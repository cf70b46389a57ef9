package dev.pulse.camel.stream;

import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.stream.NewEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

/** Makes the events that messages ask for; a message's own name and topic go before those of the endpoint. */
final class NewEvents {
    /** How many go into one pipeline; what an iterator brings need not fit into memory. */
    private static final int MOST_AT_ONCE = 1_000;

    private final EventMapping mapping;
    private final String name;
    private final @Nullable String topic;

    NewEvents(EventMapping mapping, String name, @Nullable String topic) {
        this.mapping = mapping;
        this.name = name;
        this.topic = topic;
    }

    NewEvent<byte[]> of(Exchange exchange, Message message) throws Exception {
        return mapping.toEvent(
                exchange,
                message,
                message.getHeader(PulseConstants.EVENT_NAME, name, String.class),
                message.getHeader(PulseConstants.TOPIC, topic, String.class));
    }

    /** The next elements of a batch. */
    List<NewEvent<byte[]>> next(Exchange exchange, Iterator<?> elements) throws Exception {
        List<NewEvent<byte[]>> events = new ArrayList<>();
        while (events.size() < MOST_AT_ONCE && elements.hasNext()) {
            events.add(
                    switch (elements.next()) {
                        case Exchange each -> of(each, each.getMessage());
                        case Message each -> of(exchange, copy(exchange, each));
                        case Object each -> of(exchange, withHeadersOf(exchange, each));
                        case null -> throw new IllegalArgumentException("an element of a batch is null");
                    });
        }
        return events;
    }

    /** Messages that were made by hand belong to no exchange, which conversions need. */
    private static Message copy(Exchange exchange, Message each) {
        Message message = new DefaultMessage(exchange);
        message.copyFrom(each);
        return message;
    }

    private static Message withHeadersOf(Exchange exchange, Object body) {
        Message message = new DefaultMessage(exchange);
        message.setHeaders(exchange.getMessage().getHeaders());
        message.setBody(body);
        return message;
    }
}
