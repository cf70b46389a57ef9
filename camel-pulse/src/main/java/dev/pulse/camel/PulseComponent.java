package dev.pulse.camel;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.support.HealthCheckComponent;

/** What the Pulse components have in common: how to connect, and defaults for the endpoints. */
public abstract class PulseComponent extends HealthCheckComponent implements SSLContextParametersAware {
    @Metadata(label = "advanced", description = "The options that all Pulse components have, as one object to share")
    private PulseConfiguration configuration = new PulseConfiguration();

    @Metadata(
            label = "security",
            defaultValue = "false",
            description =
                    "Whether connections with TLS use the SSL parameters of the Camel context, where the endpoint has"
                            + " no sslContextParameters")
    private boolean useGlobalSslContextParameters;

    @Override
    protected Endpoint createEndpoint(String endpointUri, String path, Map<String, Object> parameters)
            throws Exception {
        PulseEndpoint endpoint = createEndpoint(endpointUri, path);
        endpoint.setConfiguration(configuration.copy());
        setProperties(endpoint, parameters);
        endpoint.getConfiguration().check();
        endpoint.check();
        return endpoint;
    }

    /** Makes the endpoint that this path names. */
    protected abstract PulseEndpoint createEndpoint(String endpointUri, String path);

    public PulseConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(PulseConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }
}
