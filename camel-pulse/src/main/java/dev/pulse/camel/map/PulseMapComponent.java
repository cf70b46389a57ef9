package dev.pulse.camel.map;

import dev.pulse.camel.PulseComponent;
import dev.pulse.camel.PulseEndpoint;
import org.apache.camel.spi.annotations.Component;

/** Makes {@code pulse-map:} endpoints. */
@Component("pulse-map")
public class PulseMapComponent extends PulseComponent {
    @Override
    protected PulseEndpoint createEndpoint(String endpointUri, String path) {
        return new PulseMapEndpoint(endpointUri, this, path);
    }
}
