package dev.pulse.camel;

import dev.pulse.stream.Event;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options that consumers have of whatever endpoint: which events, how many at once; defaults are the engine's. */
@UriParams
public abstract class ConsumerConfiguration {
    private static final int MOST_CONSUMERS = 100_000;
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);
    private static final Duration LONGEST_BATCH = Duration.ofHours(1);
    private static final long DEFAULT_BATCH_TIMEOUT = 1_000;

    @UriParam(
            label = "consumer",
            description =
                    "Consumes only events whose topic has a match of this regular expression of Java somewhere in it;"
                            + " write it as RAW(...), for a plus sign in a URI becomes a space. Not with topic")
    private @Nullable String topicPattern;

    @UriParam(
            label = "consumer",
            javaType = "java.lang.Object",
            description = "Consumes only events that this predicate matches, in the simple language, such as"
                    + " ${header.country} == 'se', or a reference to one; header and body are those that the exchange"
                    + " would have. It must not block")
    private @Nullable Object filter;

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description =
                    "Whether an exchange is a batch of events: its body is a list of exchanges, one for each event. In"
                            + " a sink they are settled together, and an event whose batch failed comes again in one of its"
                            + " own, so that it fails no others")
    private boolean batching;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            javaType = "java.time.Duration",
            description =
                    "How long a batch that is not full waits after its first event for the others, 1ms to 1h. Only"
                            + " with batching")
    private long batchTimeout = DEFAULT_BATCH_TIMEOUT;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description = "How many exchanges may be in flight at once, 1 to 100000; each counts until it is complete,"
                    + " also on other threads. 1 keeps the order of the stream")
    private int concurrentConsumers = 1;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "5s",
            javaType = "java.time.Duration",
            description = "How long one blocking read waits in Redis, 1ms to 6s")
    private long blockTime = 5_000;

    /** Refuses values that are out of their range or contradict each other. */
    protected void check() {
        // the engine has another name for it
        Ranges.require("concurrentConsumers", concurrentConsumers, 1, MOST_CONSUMERS);
        Ranges.require("batchTimeout", batchTimeout, SHORTEST_WAIT, LONGEST_BATCH);
        if (!batching && batchTimeout != DEFAULT_BATCH_TIMEOUT) {
            throw new IllegalArgumentException(
                    "batchTimeout is for batching=true, was " + Duration.ofMillis(batchTimeout));
        }
    }

    /**
     * What {@code filter} comes to; empty where nothing is said.
     *
     * @throws IllegalArgumentException when it is no predicate
     */
    public Optional<Predicate<Event<?>>> eventFilter(PulseEndpoint endpoint, EventMapping mapping) {
        return Optional.ofNullable(filter)
                .map(given -> EventExpressions.predicate(endpoint.getCamelContext(), "filter", given))
                .map(predicate -> EventExpressions.onEvents(predicate, endpoint, mapping));
    }

    public @Nullable String getTopicPattern() {
        return topicPattern;
    }

    public void setTopicPattern(@Nullable String topicPattern) {
        this.topicPattern = topicPattern;
    }

    public @Nullable Object getFilter() {
        return filter;
    }

    public void setFilter(@Nullable Object filter) {
        this.filter = filter;
    }

    public boolean isBatching() {
        return batching;
    }

    public void setBatching(boolean batching) {
        this.batching = batching;
    }

    public long getBatchTimeout() {
        return batchTimeout;
    }

    public void setBatchTimeout(long batchTimeout) {
        this.batchTimeout = batchTimeout;
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public long getBlockTime() {
        return blockTime;
    }

    public void setBlockTime(long blockTime) {
        this.blockTime = blockTime;
    }
}
