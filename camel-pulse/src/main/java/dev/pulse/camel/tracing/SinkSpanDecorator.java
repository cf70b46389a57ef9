package dev.pulse.camel.tracing;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.sink.PulseSinkComponent;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;

/** Spans of {@code pulse-sink:}, with the name of the event, its topic, and which delivery it is. */
public final class SinkSpanDecorator extends MessagingSpanDecorator {
    public SinkSpanDecorator() {
        super("pulse-sink", PulseSinkComponent.class, PulseConstants.EVENT_ID);
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        if (isReceived(exchange, endpoint)) {
            tag(span, "pulse.event", header(exchange, PulseConstants.EVENT_NAME));
            tag(span, "pulse.topic", header(exchange, PulseConstants.TOPIC));
            tag(span, "pulse.delivery", header(exchange, PulseConstants.DELIVERY_COUNT));
        }
    }
}
