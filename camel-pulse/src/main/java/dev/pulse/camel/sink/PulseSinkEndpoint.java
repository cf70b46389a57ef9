package dev.pulse.camel.sink;

import dev.pulse.camel.EventExpressions;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.camel.Ranges;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.PollingConsumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.jspecify.annotations.Nullable;

/**
 * Consume the events of a Pulse stream in Redis as a member of a sink, each acked when its exchange completes, and look
 * after the sink.
 *
 * <p>The members of a sink, in all processes, share the events out among them; each event is delivered at least once to
 * one of them. What a member that died held is delivered to another when its ack deadline has passed. A producer asks how
 * the sink gets on, settles what consumers hold, and replays dead letters.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "pulse-sink",
        title = "Pulse Sink",
        syntax = "pulse-sink:stream/sinkName",
        category = Category.MESSAGING,
        headersClass = PulseConstants.class)
public class PulseSinkEndpoint extends PulseEndpoint {
    @UriPath(
            description =
                    "The stream, or several with commas between: each 1 to 512 characters, none of space, NUL, *, ?, [,"
                            + " ]. The path is split at its last slash")
    @Metadata(required = true)
    private String stream = "";

    @UriPath(description = "The sink, 1 to 512 characters, none of them = or a slash")
    @Metadata(required = true)
    private String sinkName = "";

    @UriParam(
            label = "common,advanced",
            javaType = "java.lang.Object",
            description = "The streams, where a name has a comma: a reference to a list of names, or names with commas"
                    + " between. The path is the sink alone then")
    private @Nullable Object streams;

    @UriParam(
            label = "common,advanced",
            description = "The sink, where its name has a slash. The path is the streams alone then")
    private @Nullable String sink;

    @UriParam
    private SinkConfiguration sinkConfiguration = new SinkConfiguration();

    @UriParam(
            label = "producer",
            enums = "info,lag,pending,ack,nack,deadLetters,replay,replayAsNew",
            description =
                    "What a producer does: info (a map of what is known about the sink), lag (how many events nobody has"
                            + " read yet), pending (how many are read and not acknowledged), ack and nack (of events that a consumer"
                            + " of this context holds, with ackMode=manual), deadLetters (a list of what the sink gave up), replay"
                            + " (gives dead letters back to the sink that gave them up), replayAsNew (adds their events again, under"
                            + " new ids, for all sinks and readers). Ids are in the header CamelPulseEventId, else in the body;"
                            + " the answer is the body")
    private @Nullable SinkOperation operation;

    @UriParam(
            label = "producer",
            javaType = "java.time.Duration",
            description =
                    "How long an event waits before it is delivered again after the operation nack, 0 to 24h. Default"
                            + " the back-off of the sink")
    private @Nullable Long delay;

    @UriParam(
            label = "producer",
            defaultValue = "100",
            description = "How many dead letters the operation deadLetters lists at most, the oldest first, 1 to 10000")
    private int limit = 100;

    private final String path;
    private @Nullable SinkAddress address;

    PulseSinkEndpoint(String endpointUri, PulseSinkComponent component, String path) {
        super(endpointUri, component);
        this.path = path;
    }

    @Override
    protected void check() {
        SinkAddress named = SinkAddress.of(path, streams, sink);
        address = named;
        stream = String.join(",", named.streams());
        sinkName = named.sink();
        sinkConfiguration.check();
        sinkOptions().build();
        Ranges.require("limit", limit, 1, 10_000);
        if (delay != null) {
            SinkConfiguration.requireDelay(Duration.ofMillis(delay));
        }
    }

    @Override
    public String subject() {
        return "sink " + stream + "/" + sinkName;
    }

    @Override
    protected List<String> loops() {
        return address().streams().stream()
                .map(each -> "sink " + each + "/" + sinkName)
                .toList();
    }

    @Override
    public Producer createProducer() {
        if (operation == null) {
            throw new IllegalArgumentException(
                    "operation is info, lag, pending, ack, nack, deadLetters, replay or replayAsNew, was not"
                            + " given; pulse-stream adds events");
        }
        return new PulseSinkProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        PulseSinkConsumer consumer = new PulseSinkConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public PollingConsumer createPollingConsumer() throws Exception {
        PulseSinkPollingConsumer consumer = new PulseSinkPollingConsumer(this);
        configurePollingConsumer(consumer);
        return consumer;
    }

    /** What the options of a consumer come to for the engine. */
    SinkOptions.Builder sinkOptions() {
        SinkOptions.Builder options = sinkConfiguration.engineOptions();
        EventMapping mapping = eventMapping();
        sinkConfiguration.eventFilter(this, mapping).ifPresent(options::filter);
        Object orderBy = sinkConfiguration.getOrderBy();
        if (orderBy != null) {
            options.orderBy(EventExpressions.keysOfEvents(
                    EventExpressions.expression(getCamelContext(), "orderBy", orderBy), this, mapping));
        }
        return options;
    }

    SinkAddress address() {
        return Objects.requireNonNull(address, "an endpoint is checked when it is made");
    }

    PulseSinkComponent sinkComponent() {
        return (PulseSinkComponent) getComponent();
    }

    public String getStream() {
        return stream;
    }

    public String getSinkName() {
        return sinkName;
    }

    public @Nullable Object getStreams() {
        return streams;
    }

    public void setStreams(@Nullable Object streams) {
        this.streams = streams;
    }

    public @Nullable String getSink() {
        return sink;
    }

    public void setSink(@Nullable String sink) {
        this.sink = sink;
    }

    public SinkConfiguration getSinkConfiguration() {
        return sinkConfiguration;
    }

    public void setSinkConfiguration(SinkConfiguration sinkConfiguration) {
        this.sinkConfiguration = sinkConfiguration;
    }

    public @Nullable SinkOperation getOperation() {
        return operation;
    }

    public void setOperation(@Nullable SinkOperation operation) {
        this.operation = operation;
    }

    public @Nullable Long getDelay() {
        return delay;
    }

    public void setDelay(@Nullable Long delay) {
        this.delay = delay;
    }

    public int getLimit() {
        return limit;
    }

    public void setLimit(int limit) {
        this.limit = limit;
    }
}
