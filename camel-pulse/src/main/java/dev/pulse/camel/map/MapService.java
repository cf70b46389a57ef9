package dev.pulse.camel.map;

import dev.pulse.camel.Lease;
import dev.pulse.map.ReplicatedMap;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Metadata;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * A service of Camel's that keeps something in a map, which it uses through an endpoint {@code pulse-map:}: that says which
 * Redis it is in, and shares the replica with the endpoints of the same map.
 */
public abstract class MapService extends ServiceSupport implements CamelContextAware {
    private @Nullable CamelContext camelContext;

    @Metadata(
            label = "common",
            required = true,
            description =
                    "The map it is kept in, each use in one of its own. Options of the endpoint pulse-map, such as"
                            + " the uri, can follow behind a question mark")
    private @Nullable String map;

    private volatile @Nullable Lease<ReplicatedMap<byte[]>> lease;

    /** What is done with the map. */
    @FunctionalInterface
    interface Use<R> {
        R of(ReplicatedMap<byte[]> map) throws InterruptedException;
    }

    /** Does it with the map. */
    final <R> R with(Use<R> use) {
        Lease<ReplicatedMap<byte[]>> joined = lease;
        if (joined == null) {
            throw new IllegalStateException(this + " is not started");
        }
        try {
            return use.of(joined.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeCamelException("interrupted before anything was done with " + this, e);
        }
    }

    /** Any text as the key of a map, where an equals sign has another meaning. */
    static String mapKey(String text) {
        return text.replace("%", "%25").replace("=", "%3D");
    }

    /** What became such a key. */
    static String text(String mapKey) {
        return mapKey.replace("%3D", "=").replace("%25", "%");
    }

    @Override
    protected void doStart() throws Exception {
        CamelContext context = ObjectHelper.notNull(camelContext, "camelContext", this);
        String name = ObjectHelper.notNull(map, "map", this);
        lease = context.getEndpoint("pulse-map:" + name, PulseMapEndpoint.class).acquireMap(event -> {});
    }

    @Override
    protected void doStop() {
        Lease<ReplicatedMap<byte[]>> joined = lease;
        lease = null;
        if (joined != null) {
            joined.close();
        }
    }

    public @Nullable String getMap() {
        return map;
    }

    public void setMap(String map) {
        this.map = map;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
