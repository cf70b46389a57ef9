package dev.pulse.camel.stream;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.camel.StartOption;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.jspecify.annotations.Nullable;

/**
 * Append events to a Pulse stream in Redis, or read every one of them in order.
 *
 * <p>A producer adds one event for each exchange. A consumer is a reader: it has a cursor of its own, sees every event
 * from where it starts, and acknowledges nothing.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "pulse-stream",
        title = "Pulse Stream",
        syntax = "pulse-stream:name",
        category = Category.MESSAGING,
        headersClass = PulseConstants.class)
public class PulseStreamEndpoint extends PulseEndpoint {
    @UriPath(description = "The stream: 1 to 512 characters, none of space, NUL, *, ?, [, ]")
    @Metadata(required = true)
    private final String name;

    @UriParam(
            label = "producer",
            defaultValue = "event",
            description = "What happened, such as user.created: the name of the events, 1 to 512 characters")
    private String eventName = "event";

    @UriParam(
            label = "producer",
            description = "What readers and sinks can filter the events by, 1 to 512 characters. Default none")
    private @Nullable String topic;

    @UriParam(
            label = "consumer",
            defaultValue = "newest",
            description =
                    "Where reading begins when the consumer starts: newest (what is added from now on), oldest (all"
                            + " that is retained), the id of the event to start after, or the ISO time to start at")
    private String startAt = "newest";

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            description = "How many events one read takes at most, 1 to 10000")
    private int batchSize = 1_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "5s",
            javaType = "java.time.Duration",
            description = "How long one blocking read waits in Redis, 1ms to 6s")
    private long blockTime = 5_000;

    PulseStreamEndpoint(String endpointUri, PulseStreamComponent component, String name) {
        super(endpointUri, component);
        this.name = name;
    }

    @Override
    protected void check() {
        payloadCodec();
        readerOptions(StartOption.parse(startAt));
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

    /** What the options come to for the engine, for a reader that starts there. */
    public ReaderOptions readerOptions(StartAt start) {
        return ReaderOptions.builder()
                .startAt(start)
                .batchSize(batchSize)
                .blockTime(Duration.ofMillis(blockTime))
                .build();
    }

    public String getName() {
        return name;
    }

    public String getEventName() {
        return eventName;
    }

    public void setEventName(String eventName) {
        this.eventName = eventName;
    }

    public @Nullable String getTopic() {
        return topic;
    }

    public void setTopic(@Nullable String topic) {
        this.topic = topic;
    }

    public String getStartAt() {
        return startAt;
    }

    public void setStartAt(String startAt) {
        this.startAt = startAt;
    }

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public long getBlockTime() {
        return blockTime;
    }

    public void setBlockTime(long blockTime) {
        this.blockTime = blockTime;
    }
}
