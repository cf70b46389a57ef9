package dev.pulse.camel.tracing;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.pool.PulsePoolComponent;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.telemetry.Span;

/** Spans of {@code pulse-pool:}, with the key of the job and what happens to it. */
public final class PoolSpanDecorator extends MessagingSpanDecorator {
    public PoolSpanDecorator() {
        super("pulse-pool", PulsePoolComponent.class, PulseConstants.JOB_ID);
    }

    @Override
    public void beforeTracingEvent(Span span, Exchange exchange, Endpoint endpoint) {
        super.beforeTracingEvent(span, exchange, endpoint);
        tag(span, "pulse.key", header(exchange, PulseConstants.KEY));
        if (isReceived(exchange, endpoint)) {
            tag(span, "pulse.job.event", header(exchange, PulseConstants.JOB_EVENT));
            tag(span, "pulse.worker", header(exchange, PulseConstants.WORKER));
        }
    }
}
