package dev.pulse.camel.sink;

import dev.pulse.camel.PulseComponent;
import dev.pulse.camel.PulseEndpoint;
import org.apache.camel.spi.annotations.Component;

/** Makes {@code pulse-sink:} endpoints. */
@Component("pulse-sink")
public class PulseSinkComponent extends PulseComponent {
    @Override
    protected PulseEndpoint createEndpoint(String endpointUri, String path) {
        // names of streams hold slashes more often than names of sinks
        int slash = path.lastIndexOf('/');
        if (slash < 1 || slash == path.length() - 1) {
            throw new IllegalArgumentException("path of pulse-sink is stream/sinkName, was \"" + path + "\"");
        }
        return new PulseSinkEndpoint(endpointUri, this, path.substring(0, slash), path.substring(slash + 1));
    }
}
