package dev.pulse.camel.stream;

import dev.pulse.camel.EventExpressions;
import dev.pulse.camel.Ranges;
import dev.pulse.camel.Times;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;
import dev.pulse.stream.Retention;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a producer: what it does, and what a stream that it makes retains. */
@UriParams
public class AddingConfiguration {
    @UriParam(
            label = "producer",
            defaultValue = "add",
            enums = "add,addOnce,addIfExists,remove,info,snapshot,changeRetention,destroy",
            description =
                    "What to do: add (the message is an event), addOnce (unless one was added under its key within"
                            + " onceWindow), addIfExists (unless there is no stream), remove (events by id, in the header"
                            + " CamelPulseEventId or the body), info (the body becomes the figures of the stream and its"
                            + " sinks), snapshot (the body becomes a list with an exchange for each retained event),"
                            + " changeRetention (the stream retains what maxLength and the other options of retention say from"
                            + " now on, for everybody), destroy (the stream, its events and sinks end, for everybody)")
    private StreamOperation operation = StreamOperation.ADD;

    @UriParam(
            label = "producer",
            defaultValue = "event",
            description = "What happened, such as user.created: the name of the events, 1 to 512 characters")
    private String eventName = "event";

    @UriParam(
            label = "producer",
            defaultValue = "true",
            description =
                    "Whether a body that is a collection or an iterator is a batch: each element an event of its own,"
                            + " added in order, in as few round trips as possible. An element that is an exchange or a message has"
                            + " its own headers, others have those of the message. For operation add")
    private boolean useIterator = true;

    @UriParam(
            label = "producer",
            javaType = "java.lang.Object",
            description =
                    "For operation addOnce: the key under which the event is added once, in the simple language, such"
                            + " as ${header.orderId}, or a reference to an expression; 1 to 256 bytes")
    private @Nullable Object onceKey;

    @UriParam(
            label = "producer",
            defaultValue = "1h",
            javaType = "java.time.Duration",
            description = "How long a key of addOnce is held, from its first use, by Redis' clock, 1s to 7d")
    private long onceWindow = Once.DEFAULT_WINDOW.toMillis();

    @UriParam(
            label = "producer",
            javaType = "java.lang.Long",
            description =
                    "How many events the stream retains at most, 1 or more; older ones are trimmed. Without this and the"
                            + " other options of retention an existing stream is adopted with what it retains, and a new one"
                            + " retains 100000; with them, a stream that retains something else is refused")
    private @Nullable Long maxLength;

    @UriParam(
            label = "producer",
            defaultValue = "false",
            description = "Whether the stream retains any number of events. Not with maxLength")
    private boolean unbounded;

    @UriParam(
            label = "producer,advanced",
            defaultValue = "false",
            description =
                    "Whether trimming may leave some more than maxLength, by about a hundred, which spares Redis work."
                            + " Not with unbounded, and not for streams that Go programs use")
    private boolean approximateTrimming;

    @UriParam(
            label = "producer",
            description =
                    "All events go this long after the first one, 1ms to 36500d. One of ttl, slidingTtl, deadline")
    private @Nullable Duration ttl;

    @UriParam(label = "producer", description = "All events go this long after the last one, 1ms to 36500d")
    private @Nullable Duration slidingTtl;

    @UriParam(
            label = "producer",
            description =
                    "All events go at this ISO time, which is in the future, such as 2030-01-31T10:15:30Z, and none is"
                            + " added after it")
    private @Nullable String deadline;

    /** Refuses values that are out of their range or contradict each other. */
    void check(CamelContext context) {
        // its constructor knows the bounds of names
        NewEvent.of(eventName, "");
        Ranges.require("onceWindow", onceWindow, Once.SHORTEST_WINDOW, Once.LONGEST_WINDOW);
        if (onceKey != null && operation != StreamOperation.ADD_ONCE) {
            throw new IllegalArgumentException(
                    "onceKey is for operation addOnce, was " + onceKey + " with " + operation);
        }
        keyExpression(context);
        if (operation == StreamOperation.CHANGE_RETENTION) {
            mandatoryRetention();
        } else {
            retention();
        }
    }

    Optional<Expression> keyExpression(CamelContext context) {
        return Optional.ofNullable(onceKey).map(key -> EventExpressions.expression(context, "onceKey", key));
    }

    /** What a stream is to retain; empty where nothing is said about it. */
    Optional<Retention> retention() {
        if (maxLength != null && unbounded) {
            throw new IllegalArgumentException(
                    "a stream has a maxLength or is unbounded, was " + maxLength + " and true");
        }
        if (maxLength == null
                && !unbounded
                && !approximateTrimming
                && ttl == null
                && slidingTtl == null
                && deadline == null) {
            return Optional.empty();
        }
        Retention.Builder retention = Retention.builder().approximateTrimming(approximateTrimming);
        if (unbounded) {
            retention.unbounded();
        }
        if (maxLength != null) {
            retention.maxLength(maxLength);
        }
        if (ttl != null) {
            retention.ttl(ttl);
        }
        if (slidingTtl != null) {
            retention.slidingTtl(slidingTtl);
        }
        if (deadline != null) {
            try {
                retention.deadline(Times.parse(deadline));
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "deadline is an ISO time such as 2030-01-31T10:15:30Z, was \"" + deadline + "\"", e);
            }
        }
        return Optional.of(retention.build());
    }

    /** What a stream is to retain. */
    Retention mandatoryRetention() {
        return retention()
                .orElseThrow(
                        () -> new IllegalArgumentException("operation changeRetention needs an option that says what"
                                + " to retain: maxLength, unbounded, ttl, slidingTtl or deadline, was without"));
    }

    public StreamOperation getOperation() {
        return operation;
    }

    public void setOperation(StreamOperation operation) {
        this.operation = operation;
    }

    public String getEventName() {
        return eventName;
    }

    public void setEventName(String eventName) {
        this.eventName = eventName;
    }

    public boolean isUseIterator() {
        return useIterator;
    }

    public void setUseIterator(boolean useIterator) {
        this.useIterator = useIterator;
    }

    public @Nullable Object getOnceKey() {
        return onceKey;
    }

    public void setOnceKey(@Nullable Object onceKey) {
        this.onceKey = onceKey;
    }

    public long getOnceWindow() {
        return onceWindow;
    }

    public void setOnceWindow(long onceWindow) {
        this.onceWindow = onceWindow;
    }

    public @Nullable Long getMaxLength() {
        return maxLength;
    }

    public void setMaxLength(@Nullable Long maxLength) {
        this.maxLength = maxLength;
    }

    public boolean isUnbounded() {
        return unbounded;
    }

    public void setUnbounded(boolean unbounded) {
        this.unbounded = unbounded;
    }

    public boolean isApproximateTrimming() {
        return approximateTrimming;
    }

    public void setApproximateTrimming(boolean approximateTrimming) {
        this.approximateTrimming = approximateTrimming;
    }

    public @Nullable Duration getTtl() {
        return ttl;
    }

    public void setTtl(@Nullable Duration ttl) {
        this.ttl = ttl;
    }

    public @Nullable Duration getSlidingTtl() {
        return slidingTtl;
    }

    public void setSlidingTtl(@Nullable Duration slidingTtl) {
        this.slidingTtl = slidingTtl;
    }

    public @Nullable String getDeadline() {
        return deadline;
    }

    public void setDeadline(@Nullable String deadline) {
        this.deadline = deadline;
    }
}
