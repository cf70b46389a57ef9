package dev.pulse.camel;

import dev.pulse.Pulse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;

/**
 * Finds the engine of an endpoint. First comes what was said about this endpoint (client, then the component's client,
 * then a URI), then what is there anyway (the only Pulse in the registry, then the URI of another Pulse component), last
 * {@link Pulse#DEFAULT_URI}.
 */
final class EngineLookup {
    private final PulseEndpoint endpoint;
    private final PulseComponent component;
    private final CamelContext context;

    EngineLookup(PulseEndpoint endpoint, PulseComponent component) {
        this.endpoint = endpoint;
        this.component = component;
        this.context = endpoint.getCamelContext();
    }

    /** An engine of the user's is not closed by the lease; one of ours is shared within the context. */
    EngineLease acquire() {
        if (endpoint.getClient() != null) {
            return borrowed(endpoint.getClient());
        }
        if (component.getClient() != null) {
            return borrowed(component.getClient());
        }
        RedisAddress address = endpoint.address().or(component.address());
        if (!address.hasUri()) {
            Set<Pulse> beans = context.getRegistry().findByType(Pulse.class);
            if (beans.size() == 1) {
                return borrowed(beans.iterator().next());
            }
            address = address.or(addressOfOthers());
        }
        return PulseEngines.of(context).acquire(address.connectionUri());
    }

    private static EngineLease borrowed(Pulse pulse) {
        return new EngineLease(pulse, () -> {});
    }

    private RedisAddress addressOfOthers() {
        List<String> names = new ArrayList<>();
        RedisAddress found = new RedisAddress(null, null, null);
        for (String name : new TreeSet<>(context.getComponentNames())) {
            Component other = context.hasComponent(name);
            if (other instanceof PulseComponent pulse
                    && !pulse.equals(component)
                    && pulse.address().hasUri()) {
                if (!names.isEmpty() && !found.equals(pulse.address())) {
                    throw new IllegalArgumentException("uri is needed, for it cannot be taken over from the components "
                            + names.getFirst() + " and " + name + ", which have different ones");
                }
                names.add(name);
                found = pulse.address();
            }
        }
        return found;
    }
}
