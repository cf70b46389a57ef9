package dev.pulse.camel;

import dev.pulse.Pulse;
import java.util.List;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/** What the Pulse endpoints have in common: the engine they use, and how events and messages become each other. */
public abstract class PulseEndpoint extends DefaultEndpoint
        implements EndpointServiceLocation, MultipleConsumersSupport {
    @UriParam
    private PulseConfiguration configuration = new PulseConfiguration();

    private final LeftOutHeaders leftOut = new LeftOutHeaders();

    protected PulseEndpoint(String endpointUri, PulseComponent component) {
        super(endpointUri, component);
    }

    /** Refuses options that are out of their range, before anything is started. */
    protected abstract void check();

    /** What it is about, as messages name it, such as {@code sink users/mails}. */
    public abstract String subject();

    /** What the engine calls the loops that work for it; each has one of these names, or more words behind it. */
    protected abstract List<String> loops();

    /** Whether the loop of this name works for this endpoint. */
    final boolean isServedBy(String loop) {
        return loops().stream().anyMatch(name -> loop.equals(name) || loop.startsWith(name + ' '));
    }

    /** The right to use this endpoint's engine, connected if need be. Each consumer and producer has one while it runs. */
    public EngineLease acquireEngine() {
        return lookup().acquire();
    }

    /** What is looked at while nobody may have this endpoint's engine. */
    @FunctionalInterface
    protected interface Look<R> {
        R at(Pulse pulse) throws InterruptedException;
    }

    /** Looks, with an engine of the moment if need be. */
    protected final <R> R browse(Look<R> look) {
        try (EngineLease engine = acquireEngine()) {
            return look.at(engine.pulse());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeCamelException("interrupted while " + subject() + " was browsed", e);
        }
    }

    private EngineLookup lookup() {
        return new EngineLookup(this, (PulseComponent) getComponent());
    }

    /** How bodies become payloads here. */
    public PayloadCodec payloadCodec() {
        return PayloadCodec.of(getCamelContext(), configuration.getCodec(), configuration.getPayloadType());
    }

    /** How events and messages become each other, for one consumer or producer. */
    public EventMapping eventMapping() {
        return new EventMapping(payloadCodec(), configuration.getHeaderFilterStrategy(), leftOut);
    }

    /** How many headers did not travel with the events of this endpoint so far. */
    @ManagedAttribute(description = "How many headers stayed behind, for they were neither text nor number nor boolean")
    public long getHeadersLeftOut() {
        return leftOut.count();
    }

    public PulseConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(PulseConfiguration configuration) {
        this.configuration = configuration;
    }

    /** Where Redis is, without user and password; null when that is the business of a client. */
    @Override
    public @Nullable String getServiceUrl() {
        return lookup().serviceUrl();
    }

    @Override
    public String getServiceProtocol() {
        return "redis";
    }

    /** Routes with the same URI are members of their own, or readers of their own. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }
}
