package dev.pulse.wire;

import java.util.Objects;

/**
 * The keys of one incarnation of a stream, as in Go's {@code goa.design/pulse} v1.10, and the two flat maps of v1.6 to
 * v1.8 that stand beside them. An incarnation is called generation in keys.
 *
 * @param stream the stream's name as it goes into keys: on Redis Cluster already wrapped in its hash tag. Names that
 *     users choose were checked by {@link Names#requireStreamName} before
 * @param incarnation 1 or more
 */
public record StreamKeys(String stream, long incarnation) {
    private static final String PREFIX = "pulse:stream:";
    private static final String DEAD = ":dead";

    /** Throws {@link IllegalArgumentException} when {@code incarnation} is less than 1. */
    public StreamKeys {
        Objects.requireNonNull(stream, "stream");
        if (incarnation < 1) {
            throw new IllegalArgumentException("incarnation is 1 or more, was " + incarnation);
        }
    }

    /** The hash that says which incarnation is active, where it is and what it keeps; it outlives all of them. */
    public static String lifecycle(String stream) {
        return PREFIX + Objects.requireNonNull(stream, "stream") + ":lifecycle";
    }

    /** The name of the stream that holds the dead letters of this one. */
    public static String deadLetters(String stream) {
        return stream + DEAD;
    }

    /** Whether this is the name of a stream of dead letters. */
    public static boolean isDeadLetters(String stream) {
        return stream.endsWith(DEAD);
    }

    /** The same key as {@link #lifecycle(String)}: all incarnations of a stream share it. */
    public String lifecycle() {
        return lifecycle(stream);
    }

    /** The Redis stream with the events: for incarnation 1 the flat key, which v1.6 uses too. */
    public String physical() {
        return incarnation == 1 ? PREFIX + stream : PREFIX + owned();
    }

    /** The set of keys that go with this incarnation when it is destroyed. */
    public String resources() {
        return PREFIX + owned() + ":resources";
    }

    /** The hash of sinks' cursors: sink to the last id before which nothing is pending. */
    public String recovery() {
        return physical() + ":sink-recovery:" + incarnation;
    }

    /** The hash with the sink's configuration, immutable for Go. */
    public String sinkConfig(String sink) {
        return PREFIX + ownedBySink(sink) + ":config";
    }

    /** The hash with the lease of the consumer that may claim for the sink. */
    public String staleLease(String sink) {
        return PREFIX + ownedBySink(sink) + ":stalelease";
    }

    /** The hash with the lease of a sink's one active consumer; ours alone. */
    public String exclusiveLease(String sink) {
        return PREFIX + ownedBySink(sink) + ":exclusive";
    }

    /** The list through which that lease is handed over; ours alone. */
    public String exclusiveHandover(String sink) {
        return exclusiveLease(sink) + ":handover";
    }

    /** The map from each consumer of the sink to the Redis time, in nanoseconds, at which it was last seen. */
    public MapKeys keepAlive(String sink) {
        return new MapKeys("stream:" + ownedBySink(sink) + ":keepalive");
    }

    /** The map from each sink to the list of its consumers. */
    public MapKeys membership() {
        return new MapKeys("stream:" + owned() + ":sinks");
    }

    /**
     * What {@link #keepAlive} is for v1.6 to v1.8: shared by all streams that have a sink of that name. Not used on
     * Redis Cluster, where it would stand in another slot than the stream.
     */
    public MapKeys flatKeepAlive(String sink) {
        return new MapKeys("sink:" + Objects.requireNonNull(sink, "sink") + ":keepalive");
    }

    /** What {@link #membership} is for v1.6 to v1.8: shared by all incarnations. Not used on Redis Cluster. */
    public MapKeys flatMembership() {
        return new MapKeys("stream:" + stream + ":sinks");
    }

    /** The hash in which Go's {@code AddOnce} remembers what it added, on streams with a deadline. */
    public String idempotency() {
        return PREFIX + owned() + ":idempotency";
    }

    /** The hash of what {@code addOnce} added to a stream without a deadline. */
    public String once() {
        return PREFIX + owned() + ":once";
    }

    /** The sorted set of the times until which {@link #once} holds its keys. */
    public String onceDue() {
        return once() + ":due";
    }

    private String owned() {
        return stream + ":generation:" + incarnation;
    }

    private String ownedBySink(String sink) {
        return owned() + ":sink:" + Objects.requireNonNull(sink, "sink");
    }
}
