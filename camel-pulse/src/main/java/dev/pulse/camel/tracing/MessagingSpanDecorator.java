package dev.pulse.camel.tracing;

import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;
import org.apache.camel.telemetry.TagConstants;
import org.apache.camel.telemetry.decorators.AbstractMessagingSpanDecorator;
import org.jspecify.annotations.Nullable;

/** What the spans of streams, sinks and pools have in common: where a message goes to or comes from, and which one it is. */
abstract class MessagingSpanDecorator extends AbstractMessagingSpanDecorator {
    private static final String SYSTEM = "messaging.system";

    private final String scheme;
    private final Class<?> component;
    private final String idHeader;

    /**
     * For the endpoints of a scheme.
     *
     * @param idHeader where a consumer tells the id of a message
     */
    MessagingSpanDecorator(String scheme, Class<?> component, String idHeader) {
        this.scheme = scheme;
        this.component = component;
        this.idHeader = idHeader;
    }

    @Override
    public String getComponent() {
        return scheme;
    }

    @Override
    public String getComponentClassName() {
        return component.getName();
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        span.setTag(SYSTEM, "pulse");
        if (isReceived(exchange, endpoint)) {
            tag(span, TagConstants.MESSAGE_ID, header(exchange, idHeader));
        }
    }

    /** Of what is sent there is none yet; the header is that of a message that the route has received before. */
    @Override
    protected @Nullable String getMessageId(Exchange exchange) {
        return null;
    }

    /** Whether the exchange began with this endpoint, rather than being sent to it. */
    static boolean isReceived(Exchange exchange, Endpoint endpoint) {
        return endpoint.equals(exchange.getFromEndpoint());
    }

    static @Nullable String header(Exchange exchange, String name) {
        return exchange.getIn().getHeader(name, String.class);
    }

    static void tag(Span span, String tag, @Nullable String value) {
        if (value != null) {
            span.setTag(tag, value);
        }
    }
}
