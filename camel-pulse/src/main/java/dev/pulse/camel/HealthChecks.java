package dev.pulse.camel;

import dev.pulse.Pulse;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.util.URISupport;

/** Makes health checks, for which camel-health has to be on the class path; all that needs it is behind this class. */
final class HealthChecks {
    private HealthChecks() {}

    /** Whether this context has health checks at all. */
    static boolean areThere(CamelContext context) {
        return HealthCheckRegistry.get(context) != null;
    }

    /**
     * The one of a consumer, part of the check that Camel makes of its route.
     *
     * @param engine absent while the consumer is stopped
     * @param ended why it consumes nothing any more, though nobody stopped it
     */
    static HealthCheck consumer(
            PulseEndpoint endpoint,
            String routeId,
            Supplier<Optional<Pulse>> engine,
            Supplier<Optional<String>> ended) {
        return of(
                "consumer:" + routeId,
                endpoint,
                engine,
                ended,
                component(endpoint).isHealthCheckConsumerEnabled());
    }

    /** The one of a producer; those of an endpoint are equal. */
    static HealthCheck producer(PulseEndpoint endpoint, Pulse engine) {
        return of(
                "producer:" + URISupport.sanitizeUri(endpoint.getEndpointUri()),
                endpoint,
                () -> Optional.of(engine),
                Optional::empty,
                component(endpoint).isHealthCheckProducerEnabled());
    }

    private static PulseComponent component(PulseEndpoint endpoint) {
        return (PulseComponent) endpoint.getComponent();
    }

    private static HealthCheck of(
            String id,
            PulseEndpoint endpoint,
            Supplier<Optional<Pulse>> engine,
            Supplier<Optional<String>> ended,
            boolean enabled) {
        PulseHealthCheck check = new PulseHealthCheck(id, endpoint, engine, ended);
        check.setCamelContext(endpoint.getCamelContext());
        check.setEnabled(enabled);
        return check;
    }
}
