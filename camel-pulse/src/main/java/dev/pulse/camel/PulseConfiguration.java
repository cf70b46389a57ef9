package dev.pulse.camel;

import dev.pulse.Pulse;
import java.time.Duration;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.HeaderFilterStrategyAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.jspecify.annotations.Nullable;

/**
 * The options that all Pulse components and endpoints have: which Redis, and how bodies and headers travel. What is set on
 * a component holds for its endpoints unless they say otherwise; an endpoint has a copy of its own.
 */
@UriParams
public class PulseConfiguration implements Cloneable, HeaderFilterStrategyAware {
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
    /** Redis' own bound on a value. */
    private static final int MOST_BYTES = 512 * 1024 * 1024;

    @UriParam(
            label = "common",
            description = "Where Redis is: redis://host:6379/0, redis-sentinel://h1,h2/0 with the parameter master,"
                    + " redis-cluster://h1,h2, with TLS rediss://, rediss-sentinel://, rediss-cluster://; user and password may come before the"
                    + " host. embedded: starts a Redis of its own, for development. Default: the only Pulse in the"
                    + " registry, else the uri of another Pulse component, else redis://localhost:6379")
    private @Nullable String uri;

    @UriParam(
            label = "common,advanced",
            description = "The engine to use. It takes precedence over uri and is not closed by Camel. Without one, and"
                    + " without uri, the only Pulse in the registry is used")
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
            label = "common,security",
            description =
                    "Who connects, asked at each new connection, so that a password can change while routes run; in"
                            + " place of username and password, and of those in the uri. A component takes the only one in the"
                            + " registry by itself. Not used with a client")
    @Metadata(autowired = true)
    private @Nullable PulseCredentials credentials;

    @UriParam(
            label = "common,security",
            description =
                    "Whose certificates TLS trusts and which one it shows, for a uri with TLS. Host names are verified"
                            + " whatever it trusts. Default the platform's. Not used with a client")
    private @Nullable SSLContextParameters sslContextParameters;

    @UriParam(
            label = "common,advanced",
            defaultValue = "2s",
            javaType = "java.time.Duration",
            description = "How long making a connection may take, 10ms to 1m. Not used with a client")
    private long connectTimeout = 2_000;

    @UriParam(
            label = "common,advanced",
            defaultValue = "5s",
            javaType = "java.time.Duration",
            description =
                    "How long a command may take from beginning to return, whether Redis is there or not, 10ms to 1m."
                            + " Not used with a client")
    private long commandTimeout = 5_000;

    @UriParam(
            label = "common,advanced",
            defaultValue = "16777216",
            description =
                    "How many bytes the payload of an event, a value of a map or the payload of a job may have that"
                            + " is written, as the codec encodes it, 1 to 536870912. What is read may have any size. Not used with"
                            + " a client")
    private int maxPayloadBytes = 16 * 1024 * 1024;

    @UriParam(
            label = "common,advanced",
            defaultValue = "65536",
            description =
                    "How many bytes the headers of an event may have that is added, names and values together, 1 to"
                            + " 536870912. Not used with a client")
    private int maxHeaderBytes = 64 * 1024;

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

    /** A configuration of its own that says the same. */
    public PulseConfiguration copy() {
        try {
            return (PulseConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    /** Refuses values that are out of their range or contradict each other, before anything is started. */
    void check() {
        Ranges.require("connectTimeout", connectTimeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
        Ranges.require("commandTimeout", commandTimeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
        Ranges.require("maxPayloadBytes", maxPayloadBytes, 1, MOST_BYTES);
        Ranges.require("maxHeaderBytes", maxHeaderBytes, 1, MOST_BYTES);
        if (client == null && credentials != null && (username != null || password != null)) {
            throw new IllegalArgumentException("credentials are in place of username and password, were both given");
        }
        if (client == null && sslContextParameters != null && address().isWithoutTls()) {
            throw new IllegalArgumentException(
                    "sslContextParameters are for a uri with TLS, such as rediss://host:6379," + " was "
                            + address().withoutSecrets());
        }
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

    public @Nullable PulseCredentials getCredentials() {
        return credentials;
    }

    public void setCredentials(@Nullable PulseCredentials credentials) {
        this.credentials = credentials;
    }

    public @Nullable SSLContextParameters getSslContextParameters() {
        return sslContextParameters;
    }

    public void setSslContextParameters(@Nullable SSLContextParameters sslContextParameters) {
        this.sslContextParameters = sslContextParameters;
    }

    public long getConnectTimeout() {
        return connectTimeout;
    }

    public void setConnectTimeout(long connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public long getCommandTimeout() {
        return commandTimeout;
    }

    public void setCommandTimeout(long commandTimeout) {
        this.commandTimeout = commandTimeout;
    }

    public int getMaxPayloadBytes() {
        return maxPayloadBytes;
    }

    public void setMaxPayloadBytes(int maxPayloadBytes) {
        this.maxPayloadBytes = maxPayloadBytes;
    }

    public int getMaxHeaderBytes() {
        return maxHeaderBytes;
    }

    public void setMaxHeaderBytes(int maxHeaderBytes) {
        this.maxHeaderBytes = maxHeaderBytes;
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
}
