package dev.pulse.camel.pool;

import dev.pulse.PulseListener;
import dev.pulse.camel.Lease;
import dev.pulse.pool.PoolNode;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.support.cluster.AbstractCamelClusterService;
import org.apache.camel.util.ObjectHelper;

/**
 * A cluster service over Redis, for {@code master:} and the clustered route policy and controller: of all processes that have a
 * view of a namespace, one leads. A view is a worker of a hidden pool, the leader is the one that has its only job.
 *
 * <p>A member leads only while it holds its lease, by the local clock, and stops before Redis lets another one lead. The term is
 * a {@linkplain PulseClusterView#fencingToken fencing token}.
 */
@Configurer(metadataOnly = true)
@Metadata(
        label = "bean",
        description = "A cluster service over Redis, which makes the component master work",
        annotations = {"interfaceName=org.apache.camel.cluster.CamelClusterService"})
public class PulseClusterService extends AbstractCamelClusterService<PulseClusterView> {
    @Metadata(
            label = "common",
            defaultValue = "camel-cluster",
            description =
                    "What the names of the hidden pools begin with; a slash and the namespace follow. Options of the endpoint"
                            + " pulse-pool, such as the uri or the lease, can follow behind a question mark")
    private String pool = "camel-cluster";

    @Override
    protected PulseClusterView createView(String namespace) {
        return new PulseClusterView(this, namespace);
    }

    /** A node of the hidden pool of this namespace. */
    Lease<PoolNode> acquirePool(String namespace, Duration dispatchTimeout, PulseListener listener)
            throws InterruptedException {
        CamelContext context = ObjectHelper.notNull(getCamelContext(), "camelContext", this);
        PulsePoolEndpoint endpoint = context.getEndpoint("pulse-pool:" + pool, PulsePoolEndpoint.class);
        return endpoint.acquirePool(endpoint.getName() + '/' + namespace, dispatchTimeout, listener);
    }

    public String getPool() {
        return pool;
    }

    public void setPool(String pool) {
        this.pool = pool;
    }
}
