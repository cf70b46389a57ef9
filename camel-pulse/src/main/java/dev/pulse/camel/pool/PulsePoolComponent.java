package dev.pulse.camel.pool;

import dev.pulse.camel.PulseComponent;
import dev.pulse.camel.PulseEndpoint;
import org.apache.camel.spi.annotations.Component;

/** Makes {@code pulse-pool:} endpoints. */
@Component("pulse-pool")
public class PulsePoolComponent extends PulseComponent {
    @Override
    protected PulseEndpoint createEndpoint(String endpointUri, String path) {
        return new PulsePoolEndpoint(endpointUri, this, path);
    }
}
