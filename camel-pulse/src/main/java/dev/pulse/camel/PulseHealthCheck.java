package dev.pulse.camel;

import dev.pulse.Health;
import dev.pulse.Pulse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Whether a consumer or a producer can do its work: from what the engine says of the loops that work for it, and of Redis as a
 * whole. It asks Redis nothing. What only shows trouble ahead, such as events that are about to be trimmed unread, is a detail
 * of a check that is UP.
 */
final class PulseHealthCheck extends AbstractHealthCheck {
    /** What the loops are called that the engine warns by: what they watch over goes on. */
    private static final List<String> WARNING = List.of(" lag", " content", " handlers");

    private final PulseEndpoint endpoint;
    private final Supplier<Optional<Pulse>> engine;
    private final Supplier<Optional<String>> ended;

    PulseHealthCheck(
            String id, PulseEndpoint endpoint, Supplier<Optional<Pulse>> engine, Supplier<Optional<String>> ended) {
        super("camel", id);
        this.endpoint = endpoint;
        this.engine = engine;
        this.ended = ended;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("pulse.subject", endpoint.subject());
        String redis = endpoint.getServiceUrl();
        if (redis != null) {
            builder.detail("pulse.redis", redis);
        }
        Optional<Pulse> connected = engine.get();
        if (connected.isEmpty()) {
            builder.unknown().message(endpoint.subject() + ": stopped");
            return;
        }
        List<String> hindered = new ArrayList<>();
        ended.get().ifPresent(why -> hindered.add(endpoint.subject() + ": " + why));
        List<String> warnings = new ArrayList<>();
        Health health = connected.get().health();
        for (Health.Loop loop : health.loops()) {
            boolean fails = loop.status() == Health.Status.DOWN
                    || loop.status() == Health.Status.DEGRADED && endpoint.isServedBy(loop.name());
            if (fails) {
                String what = loop.name() + ": " + loop.why() + ", since " + loop.since();
                (WARNING.stream().anyMatch(loop.name()::endsWith) ? warnings : hindered).add(what);
            }
        }
        if (!warnings.isEmpty()) {
            builder.detail("pulse.warning", String.join("; ", warnings));
        }
        if (hindered.isEmpty()) {
            builder.up();
        } else {
            builder.down().message(String.join("; ", hindered));
        }
    }
}
