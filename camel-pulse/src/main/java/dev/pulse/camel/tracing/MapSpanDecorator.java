package dev.pulse.camel.tracing;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.map.PulseMapComponent;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;
import org.apache.camel.telemetry.TagConstants;
import org.apache.camel.telemetry.decorators.AbstractSpanDecorator;

/** Spans of {@code pulse-map:}, with the key. A change belongs to no trace: a map has no room for one. */
public final class MapSpanDecorator extends AbstractSpanDecorator {
    @Override
    public String getComponent() {
        return "pulse-map";
    }

    @Override
    public String getComponentClassName() {
        return PulseMapComponent.class.getName();
    }

    @Override
    public String getOperationName(Exchange exchange, Endpoint endpoint) {
        return stripSchemeAndOptions(endpoint);
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        span.setTag(TagConstants.DB_SYSTEM, "redis");
        span.setTag(TagConstants.DB_NAME, stripSchemeAndOptions(endpoint));
        MessagingSpanDecorator.tag(span, "pulse.key", MessagingSpanDecorator.header(exchange, PulseConstants.KEY));
    }
}
