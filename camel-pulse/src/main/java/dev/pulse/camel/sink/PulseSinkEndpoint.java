package dev.pulse.camel.sink;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.camel.StartOption;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;

/**
 * Consume the events of a Pulse stream in Redis as a member of a sink, each acked when its exchange completes.
 *
 * <p>The members of a sink, in all processes, share the events out among them; each event is delivered at least once to
 * one of them. What a member that died held is delivered to another when its ack deadline has passed.
 */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "pulse-sink",
        title = "Pulse Sink",
        syntax = "pulse-sink:stream/sinkName",
        consumerOnly = true,
        category = Category.MESSAGING,
        headersClass = PulseConstants.class)
public class PulseSinkEndpoint extends PulseEndpoint {
    @UriPath(
            description =
                    "The stream: 1 to 512 characters, none of space, NUL, *, ?, [, ]. The path is split at its last"
                            + " slash")
    @Metadata(required = true)
    private final String stream;

    @UriPath(description = "The sink, 1 to 512 characters, none of them = or a slash")
    @Metadata(required = true)
    private final String sinkName;

    @UriParam(
            label = "consumer",
            defaultValue = "oldest",
            description = "Where the sink begins if this consumer makes it: newest (what is added from now on), oldest"
                    + " (all that is retained), the id of the event to start after, or the ISO time to start at. A sink"
                    + " that exists goes on where it is")
    private String startAt = "oldest";

    @UriParam(
            label = "consumer",
            defaultValue = "nack",
            enums = "nack,leavePending,ack",
            description = "What happens to an event whose exchange failed: nack (it is delivered again after the"
                    + " back-off), leavePending (it is delivered again when the ack deadline has passed), ack (it is"
                    + " done)")
    private OnFailure onFailure = OnFailure.NACK;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description = "How many exchanges may be in flight at once, 1 to 100000; each counts until it is complete,"
                    + " also on other threads. 1 keeps the order of the stream")
    private int concurrentConsumers = 1;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "0",
            description =
                    "How many events may be read and not settled, 1 to 1000000 and at least concurrentConsumers, or"
                            + " 0 for the larger of batchSize and twice concurrentConsumers")
    private int maxInFlight;

    @UriParam(
            label = "consumer",
            defaultValue = "100",
            description = "How many events one read takes at most, 1 to 10000")
    private int batchSize = 100;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "5s",
            javaType = "java.time.Duration",
            description = "How long one blocking read waits in Redis, 1ms to 6s")
    private long blockTime = 5_000;

    @UriParam(
            label = "consumer",
            defaultValue = "20s",
            javaType = "java.time.Duration",
            description = "After which time another consumer claims what this one holds if this one dies, 100ms to 1h;"
                    + " while the exchange is in flight the deadline is extended. All members of a sink agree on it")
    private long ackDeadline = 20_000;

    @UriParam(
            label = "consumer",
            defaultValue = "30m",
            javaType = "java.time.Duration",
            description =
                    "How long the ack deadline of one delivery is extended, at least ackDeadline, at most 24h. Then"
                            + " the thread that began the exchange is interrupted and the event is delivered again")
    private long maxProcessing = 1_800_000;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            javaType = "java.time.Duration",
            description =
                    "How long a failed event waits before it is delivered again, doubling with each delivery, 1ms to"
                            + " 1h")
    private long backoff = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "1m",
            javaType = "java.time.Duration",
            description = "The longest such wait, at least backoff, at most 24h")
    private long maxBackoff = 60_000;

    PulseSinkEndpoint(String endpointUri, PulseSinkComponent component, String stream, String sinkName) {
        super(endpointUri, component);
        this.stream = stream;
        this.sinkName = sinkName;
    }

    @Override
    protected void check() {
        payloadCodec();
        sinkOptions();
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("pulse-sink has consumers only; pulse-stream adds events");
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        PulseSinkConsumer consumer = new PulseSinkConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /** What the options come to for the engine. */
    public SinkOptions sinkOptions() {
        SinkOptions.Builder options = SinkOptions.builder()
                .startAt(StartOption.parse(startAt))
                .batchSize(batchSize)
                .concurrency(concurrentConsumers)
                .blockTime(Duration.ofMillis(blockTime))
                .ackDeadline(Duration.ofMillis(ackDeadline))
                .maxProcessing(Duration.ofMillis(maxProcessing))
                .backoff(Duration.ofMillis(backoff))
                .maxBackoff(Duration.ofMillis(maxBackoff));
        if (maxInFlight != 0) {
            options.maxInFlight(maxInFlight);
        }
        return options.build();
    }

    public String getStream() {
        return stream;
    }

    public String getSinkName() {
        return sinkName;
    }

    public String getStartAt() {
        return startAt;
    }

    public void setStartAt(String startAt) {
        this.startAt = startAt;
    }

    public OnFailure getOnFailure() {
        return onFailure;
    }

    public void setOnFailure(OnFailure onFailure) {
        this.onFailure = onFailure;
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public int getMaxInFlight() {
        return maxInFlight;
    }

    public void setMaxInFlight(int maxInFlight) {
        this.maxInFlight = maxInFlight;
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

    public long getAckDeadline() {
        return ackDeadline;
    }

    public void setAckDeadline(long ackDeadline) {
        this.ackDeadline = ackDeadline;
    }

    public long getMaxProcessing() {
        return maxProcessing;
    }

    public void setMaxProcessing(long maxProcessing) {
        this.maxProcessing = maxProcessing;
    }

    public long getBackoff() {
        return backoff;
    }

    public void setBackoff(long backoff) {
        this.backoff = backoff;
    }

    public long getMaxBackoff() {
        return maxBackoff;
    }

    public void setMaxBackoff(long maxBackoff) {
        this.maxBackoff = maxBackoff;
    }
}
