package dev.pulse.camel;

import dev.pulse.Pulse;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.support.HeaderFilterStrategyComponent;
import org.jspecify.annotations.Nullable;

/** What the Pulse components have in common: how to connect, and defaults for the endpoints. */
public abstract class PulseComponent extends HeaderFilterStrategyComponent {
    @Metadata(
            description =
                    "Where Redis is, as redis://host:6379/0, with TLS rediss://; user and password may come before the"
                            + " host. embedded: starts a Redis of its own, for development. If it is not set, the only Pulse in the"
                            + " registry is used, else the uri of another Pulse component, else redis://localhost:6379")
    private @Nullable String uri;

    @Metadata(
            label = "advanced",
            description =
                    "The engine to use. It takes precedence over uri and is not closed by Camel. If neither is set,"
                            + " the only Pulse in the registry is used")
    private @Nullable Pulse client;

    @Metadata(label = "security", secret = true, description = "The user, where uri has none. Not used with a client")
    private @Nullable String username;

    @Metadata(
            label = "security",
            secret = true,
            description = "The password, where uri has none. Not used with a client")
    private @Nullable String password;

    @Metadata(
            defaultValue = "bytes",
            javaType = "java.lang.Object",
            description = "How bodies become payloads and payloads bodies: bytes, string (UTF-8), json, or a reference"
                    + " such as #myCodec to a dev.pulse.stream.Codec")
    private Object codec = "bytes";

    @Metadata(defaultValue = "java.util.Map", description = "The class that the codec json reads payloads as")
    private String payloadType = "java.util.Map";

    @Override
    protected Endpoint createEndpoint(String endpointUri, String path, Map<String, Object> parameters)
            throws Exception {
        PulseEndpoint endpoint = createEndpoint(endpointUri, path);
        endpoint.setCodec(codec);
        endpoint.setPayloadType(payloadType);
        setEndpointHeaderFilterStrategy(endpoint);
        setProperties(endpoint, parameters);
        endpoint.check();
        return endpoint;
    }

    /** Makes the endpoint that this path names. */
    protected abstract PulseEndpoint createEndpoint(String endpointUri, String path);

    RedisAddress address() {
        return new RedisAddress(uri, username, password);
    }

    public @Nullable String getUri() {
        return uri;
    }

    public void setUri(@Nullable String uri) {
        this.uri = uri;
    }

    public @Nullable Pulse getClient() {
        return client;
    }

    public void setClient(@Nullable Pulse client) {
        this.client = client;
    }

    public @Nullable String getUsername() {
        return username;
    }

    public void setUsername(@Nullable String username) {
        this.username = username;
    }

    public @Nullable String getPassword() {
        return password;
    }

    public void setPassword(@Nullable String password) {
        this.password = password;
    }

    public Object getCodec() {
        return codec;
    }

    public void setCodec(Object codec) {
        this.codec = codec;
    }

    public String getPayloadType() {
        return payloadType;
    }

    public void setPayloadType(String payloadType) {
        this.payloadType = payloadType;
    }
}
