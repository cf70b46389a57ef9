package dev.pulse.camel.stream;

import dev.pulse.camel.Ranges;
import dev.pulse.camel.StartOption;
import dev.pulse.stream.ReaderOptions;
import java.time.Duration;
import org.apache.camel.spi.StateRepository;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a consumer; defaults are the engine's. */
@UriParams
public class ReadingConfiguration {
    private static final int MOST_CONSUMERS = 100_000;
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);
    private static final Duration LONGEST_BATCH = Duration.ofHours(1);

    @UriParam(
            label = "consumer",
            defaultValue = "newest",
            description =
                    "Where reading begins when the consumer starts: newest (what is added from now on), oldest (all"
                            + " that is retained), the id of the event to start after, or the ISO time to start at. What"
                            + " stands in the offsetRepository goes first")
    private String startAt = "newest";

    @UriParam(
            label = "consumer",
            javaType = "org.apache.camel.spi.StateRepository",
            description =
                    "Keeps the id up to which every exchange is complete; a consumer that starts goes on there. Default"
                            + " none: a consumer that starts begins at startAt")
    private @Nullable StateRepository<String, String> offsetRepository;

    @UriParam(
            label = "consumer,advanced",
            description =
                    "Under which key the offsetRepository keeps it. Routes that share a repository and a stream need one"
                            + " each. Default the name of the stream")
    private @Nullable String offsetKey;

    @UriParam(
            label = "consumer",
            description =
                    "Consumes only events whose topic has a match of this regular expression of Java somewhere in it;"
                            + " write it as RAW(...), for a plus sign in a URI becomes a space. Not with topic")
    private @Nullable String topicPattern;

    @UriParam(
            label = "consumer",
            javaType = "java.lang.Object",
            description =
                    "Consumes only events that this predicate matches, in the simple language or a reference to one;"
                            + " header and body are those that the exchange would have")
    private @Nullable Object filter;

    @UriParam(
            label = "consumer",
            defaultValue = "false",
            description = "Whether events are consumed in batches: the body is a list of exchanges, one for each event")
    private boolean batching;

    @UriParam(
            label = "consumer",
            defaultValue = "1000",
            description = "How many events one read, and with batching one batch, takes at most, 1 to 10000")
    private int batchSize = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            javaType = "java.time.Duration",
            description =
                    "With batching, how long after its first event a batch that is not full waits for more, 1ms to 1h")
    private long batchTimeout = 1_000;

    @UriParam(
            label = "consumer,advanced",
            defaultValue = "5s",
            javaType = "java.time.Duration",
            description = "How long one blocking read waits in Redis, 1ms to 6s")
    private long blockTime = 5_000;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description =
                    "How many exchanges may be in flight at once, 1 to 100000; each counts until it is complete, also"
                            + " on other threads. 1 keeps the order of the stream")
    private int concurrentConsumers = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "continue",
            enums = "continue,fail",
            description =
                    "What to do when events were trimmed away unread, or went with a stream that was deleted: continue (with"
                            + " what is there; one line is logged), fail (the exception handler gets an EventsLostException"
                            + " and the route is suspended; resuming it goes on behind the gap)")
    private GapPolicy gapPolicy = GapPolicy.CONTINUE;

    /** Refuses values that are out of their range or contradict each other. */
    void check() {
        StartOption.parse(startAt);
        engineOptions().build();
        Ranges.require("concurrentConsumers", concurrentConsumers, 1, MOST_CONSUMERS);
        Ranges.require("batchTimeout", batchTimeout, SHORTEST_WAIT, LONGEST_BATCH);
        if (offsetKey != null && offsetRepository == null) {
            throw new IllegalArgumentException(
                    "offsetKey is for an offsetRepository, was \"" + offsetKey + "\" without");
        }
    }

    /** What the options come to for the engine, but for where it starts and what it chooses. */
    ReaderOptions.Builder engineOptions() {
        return ReaderOptions.builder().batchSize(batchSize).blockTime(Duration.ofMillis(blockTime));
    }

    public String getStartAt() {
        return startAt;
    }

    public void setStartAt(String startAt) {
        this.startAt = startAt;
    }

    public @Nullable StateRepository<String, String> getOffsetRepository() {
        return offsetRepository;
    }

    public void setOffsetRepository(@Nullable StateRepository<String, String> offsetRepository) {
        this.offsetRepository = offsetRepository;
    }

    public @Nullable String getOffsetKey() {
        return offsetKey;
    }

    public void setOffsetKey(@Nullable String offsetKey) {
        this.offsetKey = offsetKey;
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

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public long getBatchTimeout() {
        return batchTimeout;
    }

    public void setBatchTimeout(long batchTimeout) {
        this.batchTimeout = batchTimeout;
    }

    public long getBlockTime() {
        return blockTime;
    }

    public void setBlockTime(long blockTime) {
        this.blockTime = blockTime;
    }

    public int getConcurrentConsumers() {
        return concurrentConsumers;
    }

    public void setConcurrentConsumers(int concurrentConsumers) {
        this.concurrentConsumers = concurrentConsumers;
    }

    public GapPolicy getGapPolicy() {
        return gapPolicy;
    }

    public void setGapPolicy(GapPolicy gapPolicy) {
        this.gapPolicy = gapPolicy;
    }
}
