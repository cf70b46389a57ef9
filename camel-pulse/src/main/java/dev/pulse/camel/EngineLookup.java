package dev.pulse.camel;

import dev.pulse.Pulse;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/**
 * Finds the engine of an endpoint. First comes what was said about this endpoint, itself or by its component (a client,
 * then a URI), then what is there anyway (the only Pulse in the registry, then the URI of another Pulse component), last
 * {@link Pulse#DEFAULT_URI}.
 */
final class EngineLookup {
    private final PulseConfiguration configuration;
    private final PulseComponent component;
    private final CamelContext context;

    EngineLookup(PulseEndpoint endpoint, PulseComponent component) {
        this.configuration = endpoint.getConfiguration();
        this.component = component;
        this.context = endpoint.getCamelContext();
    }

    /** An engine of the user's is not closed by the lease; one of ours is shared within the context. */
    EngineLease acquire() {
        Pulse given = given();
        EngineLease lease = given != null
                ? new EngineLease(given, () -> {})
                : PulseEngines.of(context).acquire(settings());
        InUse.Engine engine = new InUse.Engine(
                lease.pulse(), given != null ? "client" : address().withoutSecrets());
        Runnable gone = Inventory.of(context).add(engine);
        return new EngineLease(lease.pulse(), () -> {
            gone.run();
            lease.close();
        });
    }

    /** Null when the engine is the user's, who knows where it is connected to. */
    @Nullable
    String serviceUrl() {
        return given() != null ? null : address().withoutSecrets();
    }

    private @Nullable Pulse given() {
        if (configuration.getClient() != null) {
            return configuration.getClient();
        }
        if (configuration.address().hasUri()) {
            return null;
        }
        Set<Pulse> beans = context.getRegistry().findByType(Pulse.class);
        return beans.size() == 1 ? beans.iterator().next() : null;
    }

    private EngineSettings settings() {
        RedisAddress address = address();
        SSLContextParameters ssl = configuration.getSslContextParameters();
        if (ssl == null && component.isUseGlobalSslContextParameters() && !address.isWithoutTls()) {
            ssl = context.getSSLContextParameters();
        }
        return new EngineSettings(
                address.connectionUri(),
                ssl,
                configuration.getCredentials(),
                configuration.getConnectTimeout(),
                configuration.getCommandTimeout(),
                configuration.getMaxPayloadBytes(),
                configuration.getMaxHeaderBytes());
    }

    private RedisAddress address() {
        RedisAddress own = configuration.address();
        return own.hasUri() ? own : own.or(addressOfOthers());
    }

    private RedisAddress addressOfOthers() {
        List<String> names = new ArrayList<>();
        RedisAddress found = new RedisAddress(null, null, null);
        for (String name : new TreeSet<>(context.getComponentNames())) {
            Component other = context.hasComponent(name);
            if (other instanceof PulseComponent pulse && !pulse.equals(component)) {
                RedisAddress address = pulse.getConfiguration().address();
                if (!address.hasUri()) {
                    continue;
                }
                if (!names.isEmpty() && !found.equals(address)) {
                    throw new IllegalArgumentException("uri is needed, for it cannot be taken over from the components "
                            + names.getFirst() + " and " + name + ", which have different ones");
                }
                names.add(name);
                found = address;
            }
        }
        return found;
    }
}
