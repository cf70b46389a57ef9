package dev.pulse.camel.sink;

import dev.pulse.camel.ConsumerConfiguration;
import dev.pulse.camel.EventExpressions;
import dev.pulse.camel.Ranges;
import dev.pulse.camel.StartOption;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a consumer of a sink; defaults are the engine's. */
@UriParams
public class SinkConfiguration extends ConsumerConfiguration {
    private static final int MOST_IN_FLIGHT = 1_000_000;

    @UriParam(
            label = "consumer",
            defaultValue = "auto",
            enums = "auto,manual,none",
            description =
                    "Who acknowledges: auto (an event is acked when its exchange is complete), manual (the route does,"
                            + " with the object in the header CamelPulseManualAck), none (nobody: each event is delivered at most"
                            + " once, and lost when its exchange fails)")
    private AckMode ackMode = AckMode.AUTO;

    @UriParam(
            label = "consumer",
            defaultValue = "nack",
            enums = "nack,leavePending,deadLetter,ack",
            description =
                    "What happens to an event whose exchange failed: nack (it is delivered again after the back-off),"
                            + " leavePending (it is delivered again when the ack deadline has passed), deadLetter (it is given up at"
                            + " once), ack (it is done). The first two end after maxDeliveries, in the dead letters. Not for"
                            + " ackMode=none")
    private OnFailure onFailure = OnFailure.NACK;

    @UriParam(
            label = "consumer",
            defaultValue = "16",
            description = "How many deliveries of an event may fail before it goes to the dead letters, 1 to 999999")
    private int maxDeliveries = 16;

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
            javaType = "java.lang.Object",
            description =
                    "The key of an event, in the simple language, such as ${header.customer}, or a reference to an"
                            + " Expression: events with the same key are routed one after another, others beside them, up to"
                            + " concurrentConsumers. A failed event holds up its key alone. Not for batching")
    private @Nullable Object orderBy;

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description =
                    "Whether one member of the sink is active, in all processes, and the others wait to succeed it. All"
                            + " members say so. The header CamelPulseFencingToken tells its term")
    private boolean exclusive;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "0",
            description =
                    "How many events may be read and not settled, 1 to 1000000 and at least concurrentConsumers, or"
                            + " 0 for the larger of batchSize and twice concurrentConsumers. With batching at least"
                            + " batchSize, and 0 is for batchSize times concurrentConsumers. With ackMode=manual it is how"
                            + " many events a route can hold")
    private int maxInFlight;

    @UriParam(
            label = "consumer",
            defaultValue = "100",
            description = "How many events one read takes at most, and with batching a batch, 1 to 10000")
    private int batchSize = 100;

    @UriParam(
            label = "consumer",
            defaultValue = "oldest",
            description = "Where the sink begins if this consumer makes it: newest (what is added from now on), oldest"
                    + " (all that is retained), the id of the event to start after, or the ISO time to start at. A sink"
                    + " that exists goes on where it is")
    private String startAt = "oldest";

    @UriParam(
            label = "consumer",
            description =
                    "Only events with exactly this topic, 1 to 512 characters; others are acked without an exchange."
                            + " All members of a sink have the same filters")
    private @Nullable String topic;

    /** Refuses a delay of a nack that the engine does not take. */
    static void requireDelay(Duration delay) {
        Ranges.require("delay", delay.toMillis(), Duration.ZERO, Duration.ofHours(24));
    }

    @Override
    protected void check() {
        super.check();
        if (ackMode == AckMode.NONE && onFailure != OnFailure.NACK) {
            throw new IllegalArgumentException(
                    "onFailure is for events that are acknowledged, was " + onFailure + " with ackMode=none");
        }
        if (isBatching()) {
            Ranges.require("batchSize", batchSize, 1, 10_000);
            if (orderBy != null) {
                throw new IllegalArgumentException(
                        "orderBy is for events that are routed one by one, was " + orderBy + " with batching");
            }
            if (maxInFlight != 0) {
                Ranges.require("maxInFlight with batching", maxInFlight, batchSize, MOST_IN_FLIGHT);
            }
        }
    }

    /** What the options come to for the engine, except those that are Camel's expressions. */
    SinkOptions.Builder engineOptions() {
        SinkOptions.Builder options = SinkOptions.builder()
                .startAt(StartOption.parse(startAt))
                .batchSize(batchSize)
                .concurrency(getConcurrentConsumers())
                .blockTime(Duration.ofMillis(getBlockTime()))
                .ackDeadline(Duration.ofMillis(ackDeadline))
                .maxProcessing(Duration.ofMillis(maxProcessing))
                .backoff(Duration.ofMillis(backoff))
                .maxBackoff(Duration.ofMillis(maxBackoff))
                .maxDeliveries(maxDeliveries)
                .topics(EventExpressions.topics(topic, getTopicPattern()))
                .exclusive(exclusive)
                .ackMode(ackMode);
        if (maxInFlight != 0) {
            options.maxInFlight(maxInFlight);
        } else if (isBatching()) {
            long all = Math.max((long) batchSize * getConcurrentConsumers(), 2L * getConcurrentConsumers());
            options.maxInFlight((int) Math.min(MOST_IN_FLIGHT, all));
        }
        return options;
    }

    public AckMode getAckMode() {
        return ackMode;
    }

    public void setAckMode(AckMode ackMode) {
        this.ackMode = ackMode;
    }

    public OnFailure getOnFailure() {
        return onFailure;
    }

    public void setOnFailure(OnFailure onFailure) {
        this.onFailure = onFailure;
    }

    public int getMaxDeliveries() {
        return maxDeliveries;
    }

    public void setMaxDeliveries(int maxDeliveries) {
        this.maxDeliveries = maxDeliveries;
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

    public @Nullable Object getOrderBy() {
        return orderBy;
    }

    public void setOrderBy(@Nullable Object orderBy) {
        this.orderBy = orderBy;
    }

    public boolean isExclusive() {
        return exclusive;
    }

    public void setExclusive(boolean exclusive) {
        this.exclusive = exclusive;
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

    public String getStartAt() {
        return startAt;
    }

    public void setStartAt(String startAt) {
        this.startAt = startAt;
    }

    public @Nullable String getTopic() {
        return topic;
    }

    public void setTopic(@Nullable String topic) {
        this.topic = topic;
    }
}
