package dev.pulse.camel.tracing;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.stream.PulseStreamComponent;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;

/** Spans of {@code pulse-stream:}, with the name of the event and its topic. */
public final class StreamSpanDecorator extends MessagingSpanDecorator {
    public StreamSpanDecorator() {
        super("pulse-stream", PulseStreamComponent.class, PulseConstants.EVENT_ID);
    }

    @Override
    protected String getDestination(Exchange exchange, Endpoint endpoint) {
        String override = isReceived(exchange, endpoint) ? null : header(exchange, PulseConstants.OVERRIDE_STREAM);
        return override != null ? override : super.getDestination(exchange, endpoint);
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        tag(span, "pulse.event", header(exchange, PulseConstants.EVENT_NAME));
        tag(span, "pulse.topic", header(exchange, PulseConstants.TOPIC));
    }
}
