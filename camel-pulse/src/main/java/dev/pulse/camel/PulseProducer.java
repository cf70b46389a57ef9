package dev.pulse.camel;

import dev.pulse.Pulse;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/** The life of a producer: it has an engine from its start to its stop, and a health check where Camel has such checks. */
public abstract class PulseProducer extends DefaultProducer {
    private final PulseEndpoint endpoint;
    private volatile @Nullable EngineLease engine;
    private @Nullable HealthCheck healthCheck;

    protected PulseProducer(PulseEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    /** Takes what it needs beyond the engine; when it throws, the start fails. */
    protected void open(Pulse pulse) throws Exception {}

    /** Lets go of that. */
    protected void letGo() {}

    /**
     * The engine.
     *
     * @throws IllegalStateException when it is stopped
     */
    protected final Pulse pulse() {
        EngineLease lease = engine;
        if (lease == null) {
            throw stopped();
        }
        return lease.pulse();
    }

    /** What is thrown where it is stopped. */
    protected final IllegalStateException stopped() {
        return new IllegalStateException("the producer of " + endpoint.subject() + " is stopped");
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        // a Redis that is not there, or refuses who asks, shows now
        EngineLease lease = endpoint.acquireEngine();
        boolean opened = false;
        try {
            open(lease.pulse());
            opened = true;
        } finally {
            if (!opened) {
                lease.close();
            }
        }
        engine = lease;
        WritableHealthCheckRepository checks = checks();
        if (checks != null) {
            healthCheck = HealthChecks.producer(endpoint, lease.pulse());
            checks.addHealthCheck(healthCheck);
        }
    }

    @Override
    protected void doStop() throws Exception {
        WritableHealthCheckRepository checks = checks();
        if (checks != null && healthCheck != null) {
            checks.removeHealthCheck(healthCheck);
        }
        healthCheck = null;
        EngineLease lease = engine;
        engine = null;
        letGo();
        if (lease != null) {
            lease.close();
        }
        super.doStop();
    }

    /** Where Camel looks for checks of producers; null where it has no checks. */
    private @Nullable WritableHealthCheckRepository checks() {
        return HealthCheckHelper.getHealthCheckRepository(
                endpoint.getCamelContext(), "producers", WritableHealthCheckRepository.class);
    }
}
