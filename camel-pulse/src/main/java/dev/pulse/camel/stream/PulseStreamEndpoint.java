package dev.pulse.camel.stream;

import dev.pulse.Pulse;
import dev.pulse.camel.EventExpressions;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.camel.Ranges;
import dev.pulse.camel.StartOption;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.stream.StreamFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.PollingConsumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.BrowsableEndpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.jspecify.annotations.Nullable;

/**
 * Append events to a Pulse stream in Redis, or read every one of them in order.
 *
 * <p>A producer adds an event for each exchange, or a batch of them. A consumer is a reader: it has a cursor of its own,
 * sees every event from where it starts, and acknowledges nothing.
 */
@ManagedResource(description = "Endpoint of a Pulse stream")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "pulse-stream",
        title = "Pulse Stream",
        syntax = "pulse-stream:name",
        category = Category.MESSAGING,
        headersClass = PulseConstants.class)
public class PulseStreamEndpoint extends PulseEndpoint implements BrowsableEndpoint {
    @UriPath(description = "The stream: 1 to 512 characters, without space, NUL, asterisk, question mark and brackets")
    @Metadata(required = true)
    private final String name;

    @UriParam(
            label = "common",
            description =
                    "As a producer, the topic of the events, which readers and sinks can filter by; as a consumer,"
                            + " consumes only events with exactly this topic. 1 to 512 characters; default none, and all")
    private @Nullable String topic;

    @UriParam(
            label = "advanced",
            defaultValue = "100",
            description = "How many events browsing shows at most, the oldest first, 1 to 10000")
    private int browseLimit = 100;

    @UriParam
    private ReadingConfiguration reading = new ReadingConfiguration();

    @UriParam
    private AddingConfiguration adding = new AddingConfiguration();

    PulseStreamEndpoint(String endpointUri, PulseStreamComponent component, String name) {
        super(endpointUri, component);
        this.name = name;
    }

    @Override
    protected void check() {
        reading.check();
        Ranges.require("browseLimit", browseLimit, 1, 10_000);
        readerOptions(StartOption.parse(reading.getStartAt()), eventMapping()).build();
        adding.check(getCamelContext());
    }

    @Override
    public String subject() {
        return "stream " + name;
    }

    @Override
    protected List<String> loops() {
        return List.of("reader " + name);
    }

    @Override
    public Producer createProducer() {
        return new PulseStreamProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        PulseStreamConsumer consumer = new PulseStreamConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public PollingConsumer createPollingConsumer() throws Exception {
        PulseStreamPollingConsumer consumer = new PulseStreamPollingConsumer(this);
        configurePollingConsumer(consumer);
        return consumer;
    }

    /** The oldest events that are retained; it changes nothing. */
    @Override
    public List<Exchange> getExchanges() {
        return getExchanges(browseLimit, null);
    }

    @Override
    public List<Exchange> getExchanges(int limit, @Nullable Predicate filter) {
        EventMapping mapping = eventMapping();
        int most = limit > 0 ? Math.min(limit, 10_000) : browseLimit;
        return browse(pulse -> {
            ReaderOptions oldest =
                    ReaderOptions.builder().startAt(StartAt.oldest()).build();
            try (Reader<byte[]> reader = pulse.stream(name).reader(oldest)) {
                List<Exchange> exchanges = new ArrayList<>();
                for (Event<byte[]> event : reader.poll(most, Duration.ZERO)) {
                    Exchange exchange = createExchange();
                    mapping.fill(exchange, event);
                    exchanges.add(exchange);
                }
                return filter == null
                        ? exchanges
                        : exchanges.stream().filter(each -> filter.test(each)).toList();
            }
        });
    }

    /** Of all that is retained, however many events browsing shows. */
    @Override
    public BrowseStatus getBrowseStatus(int limit) {
        StreamFigures figures = browse(pulse -> pulse.stream(name).figures());
        return new BrowseStatus(
                (int) Math.min(Integer.MAX_VALUE, figures.length()),
                figures.first().map(EventId::millis).orElse(0L),
                figures.last().map(EventId::millis).orElse(0L));
    }

    /** What the options come to for the engine, for a reader that starts there. */
    ReaderOptions.Builder readerOptions(StartAt start, EventMapping mapping) {
        ReaderOptions.Builder options = reading.engineOptions()
                .startAt(start)
                .topics(EventExpressions.topics(topic, reading.getTopicPattern()));
        reading.eventFilter(this, mapping).ifPresent(options::filter);
        return options;
    }

    /** Has this reader shown as in use until what is returned is run. */
    Runnable inUse(Pulse pulse, Reader<byte[]> reader) {
        Inventory inventory = Inventory.of(getCamelContext());
        Runnable readerGone = inventory.add(new InUse.OfReader(pulse, name, reader));
        Runnable streamGone = inventory.add(new InUse.OfStream(pulse, name));
        return () -> {
            readerGone.run();
            streamGone.run();
        };
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

    public @Nullable String getTopic() {
        return topic;
    }

    public void setTopic(@Nullable String topic) {
        this.topic = topic;
    }

    public ReadingConfiguration getReading() {
        return reading;
    }

    public void setReading(ReadingConfiguration reading) {
        this.reading = reading;
    }

    public AddingConfiguration getAdding() {
        return adding;
    }

    public void setAdding(AddingConfiguration adding) {
        this.adding = adding;
    }
}
