package dev.pulse.camel.stream;

import dev.pulse.camel.ConsumerConfiguration;
import dev.pulse.stream.ReaderOptions;
import java.time.Duration;
import org.apache.camel.spi.StateRepository;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a consumer that reads; defaults are the engine's. */
@UriParams
public class ReadingConfiguration extends ConsumerConfiguration {
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
            defaultValue = "1000",
            description = "How many events one read, and with batching one batch, takes at most, 1 to 10000")
    private int batchSize = 1_000;

    @UriParam(
            label = "consumer",
            defaultValue = "continue",
            enums = "continue,fail",
            description =
                    "What to do when events were trimmed away unread, or went with a stream that was deleted: continue (with"
                            + " what is there; one line is logged), fail (the exception handler gets an EventsLostException"
                            + " and the route is suspended; resuming it goes on behind the gap)")
    private GapPolicy gapPolicy = GapPolicy.CONTINUE;

    @Override
    protected void check() {
        super.check();
        if (offsetKey != null && offsetRepository == null) {
            throw new IllegalArgumentException(
                    "offsetKey is for an offsetRepository, was \"" + offsetKey + "\" without");
        }
    }

    /** What the options come to for the engine, but for where it starts and what it chooses. */
    ReaderOptions.Builder engineOptions() {
        return ReaderOptions.builder().batchSize(batchSize).blockTime(Duration.ofMillis(getBlockTime()));
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

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public GapPolicy getGapPolicy() {
        return gapPolicy;
    }

    public void setGapPolicy(GapPolicy gapPolicy) {
        this.gapPolicy = gapPolicy;
    }
}
