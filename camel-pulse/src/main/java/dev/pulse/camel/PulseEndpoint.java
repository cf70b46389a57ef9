package dev.pulse.camel;

import dev.pulse.Pulse;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.HeaderFilterStrategyAware;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/** What the Pulse endpoints have in common: the engine they use, and how events and messages become each other. */
public abstract class PulseEndpoint extends DefaultEndpoint
        implements HeaderFilterStrategyAware, MultipleConsumersSupport {
    @UriParam(
            label = "common",
            description =
                    "Where Redis is, as redis://host:6379/0, with TLS rediss://; user and password may come before the"
                            + " host. embedded: starts a Redis of its own, for development. Default the component's")
    private @Nullable String uri;

    @UriParam(
            label = "common,advanced",
            description =
                    "The engine to use. It takes precedence over uri and is not closed by Camel. If neither is set,"
                            + " here or on the component, the only Pulse in the registry is used")
    private @Nullable Pulse client;

    @UriParam(
            label = "common,security",
            secret = true,
            description = "The user, where uri has none. Not used with a client")
    private @Nullable String username;

    @UriParam(
            label = "common,security",
            secret = true,
            description = "The password, where uri has none. Not used with a client")
    private @Nullable String password;

    @UriParam(
            label = "common",
            defaultValue = "bytes",
            javaType = "java.lang.Object",
            description = "How bodies become payloads and payloads bodies: bytes, string (UTF-8), json, or a reference"
                    + " such as #myCodec to a dev.pulse.stream.Codec")
    private Object codec = "bytes";

    @UriParam(
            label = "common",
            defaultValue = "java.util.Map",
            description = "The class that the codec json reads payloads as")
    private String payloadType = "java.util.Map";

    @UriParam(
            label = "common,advanced",
            description = "Which headers travel with events, both ways. Default all but those that begin with Camel")
    private HeaderFilterStrategy headerFilterStrategy = new PulseHeaderFilterStrategy();

    protected PulseEndpoint(String endpointUri, PulseComponent component) {
        super(endpointUri, component);
    }

    /** Refuses options that are out of their range, before anything is started. */
    protected abstract void check();

    /** The right to use this endpoint's engine, connected if need be. Each consumer and producer has one while it runs. */
    public EngineLease acquireEngine() {
        return new EngineLookup(this, (PulseComponent) getComponent()).acquire();
    }

    /** How bodies become payloads here. */
    public PayloadCodec payloadCodec() {
        return PayloadCodec.of(getCamelContext(), codec, payloadType);
    }

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

    @Override
    public HeaderFilterStrategy getHeaderFilterStrategy() {
        return headerFilterStrategy;
    }

    @Override
    public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
        this.headerFilterStrategy = headerFilterStrategy;
    }

    /** Routes with the same URI are members of their own, or readers of their own. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }
}
