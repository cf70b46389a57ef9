package dev.pulse.camel.map;

import dev.pulse.PulseListener;
import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.camel.Ranges;
import dev.pulse.map.ReplicatedMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.BrowsableEndpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;

/**
 * Read, write and follow a Pulse map in Redis, of which each process has a copy.
 *
 * <p>A producer asks the local copy, or writes into the map, for each exchange. A consumer has an exchange for each change,
 * by whatever process.
 */
@ManagedResource(description = "Endpoint of a Pulse map")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "pulse-map",
        title = "Pulse Map",
        syntax = "pulse-map:name",
        category = Category.CACHE,
        headersClass = PulseConstants.class)
public class PulseMapEndpoint extends PulseEndpoint implements BrowsableEndpoint {
    @UriPath(description = "The map: 1 to 512 characters, without space, NUL, asterisk, question mark and brackets")
    @Metadata(required = true)
    private final String name;

    @UriParam(
            label = "advanced",
            defaultValue = "100",
            description = "How many entries browsing shows at most, by key, 1 to 100000")
    private int browseLimit = 100;

    @UriParam
    private ReplicaConfiguration replica = new ReplicaConfiguration();

    @UriParam
    private WatchingConfiguration watching = new WatchingConfiguration();

    @UriParam
    private AskingConfiguration asking = new AskingConfiguration();

    PulseMapEndpoint(String endpointUri, PulseMapComponent component, String name) {
        super(endpointUri, component);
        this.name = name;
    }

    @Override
    protected void check() {
        replica.engineOptions();
        Ranges.require("browseLimit", browseLimit, 1, 100_000);
        watching.check();
        asking.check(getCamelContext());
        payloadCodec();
    }

    @Override
    public String subject() {
        return "map " + name;
    }

    @Override
    protected List<String> loops() {
        return List.of(subject(), "maps");
    }

    @Override
    public Producer createProducer() {
        return new PulseMapProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        PulseMapConsumer consumer = new PulseMapConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /**
     * The right to use a replica of the map, which is joined if need be.
     *
     * @param listener is told what happens to the replica, by a thread that tells all listeners of the replica, one after
     *     another; it may block, and delays no changes
     */
    Lease<ReplicatedMap<byte[]>> acquireMap(PulseListener listener) throws InterruptedException {
        return SharedMaps.of(getCamelContext()).acquire(acquireEngine(), name, replica.engineOptions(), listener);
    }

    /** The first entries of the local copy, by key; a value that the codec cannot read is bytes. */
    @Override
    public List<Exchange> getExchanges() {
        MapValues values = values();
        return browse(pulse -> {
            try (Lease<ReplicatedMap<byte[]>> map = acquireMap(event -> {})) {
                return new TreeMap<>(map.get().snapshot())
                        .entrySet().stream()
                                .limit(browseLimit)
                                .map(entry -> exchange(values, entry.getKey(), entry.getValue()))
                                .toList();
            }
        });
    }

    private Exchange exchange(MapValues values, String key, byte[] value) {
        Exchange exchange = createExchange();
        exchange.getIn().setHeader(PulseConstants.MAP, name);
        exchange.getIn().setHeader(PulseConstants.KEY, key);
        Object readable = values.readable(key, Optional.of(value));
        exchange.getIn().setBody(readable != null ? readable : value);
        return exchange;
    }

    MapValues values() {
        return new MapValues(name, payloadCodec());
    }

    public String getName() {
        return name;
    }

    @Override
    public int getBrowseLimit() {
        return browseLimit;
    }

    @Override
    public void setBrowseLimit(int browseLimit) {
        this.browseLimit = browseLimit;
    }

    public ReplicaConfiguration getReplica() {
        return replica;
    }

    public void setReplica(ReplicaConfiguration replica) {
        this.replica = replica;
    }

    public WatchingConfiguration getWatching() {
        return watching;
    }

    public void setWatching(WatchingConfiguration watching) {
        this.watching = watching;
    }

    public AskingConfiguration getAsking() {
        return asking;
    }

    public void setAsking(AskingConfiguration asking) {
        this.asking = asking;
    }
}
