package dev.pulse.camel.stream;

import dev.pulse.camel.PulseComponent;
import dev.pulse.camel.PulseEndpoint;
import org.apache.camel.spi.annotations.Component;

/** Makes {@code pulse-stream:} endpoints. */
@Component("pulse-stream")
public class PulseStreamComponent extends PulseComponent {
    @Override
    protected PulseEndpoint createEndpoint(String endpointUri, String path) {
        return new PulseStreamEndpoint(endpointUri, this, path);
    }
}
