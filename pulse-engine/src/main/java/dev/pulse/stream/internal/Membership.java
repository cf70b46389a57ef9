package dev.pulse.stream.internal;

import dev.pulse.StreamConfigException;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.stream.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's place in the sink of one stream: that others know it, that its group exists, how far that has come.
 * Thread-safe.
 */
final class Membership {
    private static final Script JOIN = Script.loadRepeatable("/dev/pulse/stream/sink_join.lua");
    private static final Script LEAVE = Script.loadRepeatable("/dev/pulse/stream/sink_leave.lua");
    private static final Script SWEEP = Script.loadRepeatable("/dev/pulse/stream/sink_sweep.lua");
    private static final Script CURSOR = Script.loadRepeatable("/dev/pulse/stream/sink_cursor.lua");
    private static final long LEAST_DEADLINE_MILLIS = 100;

    private final Redis redis;
    private final StreamRecord record;
    private final Member member;
    private final SinkOptions options;
    private final SinkReports reports;
    private volatile Duration ackDeadline;
    /**
     * Where a group begins that has to be made and has no cursor in Redis. Once joined it is an id, never "newest": what
     * was added between the loss of the group and its healing would be passed over.
     */
    private volatile String beginAfter;

    Membership(Redis redis, StreamRecord record, Member member, SinkOptions options, StartAt at, SinkReports reports) {
        this(redis, record, member, options, reports, options.ackDeadline(), StartIds.ofGroup(at));
    }

    private Membership(
            Redis redis,
            StreamRecord record,
            Member member,
            SinkOptions options,
            SinkReports reports,
            Duration ackDeadline,
            String beginAfter) {
        this.redis = redis;
        this.record = record;
        this.member = member;
        this.options = options;
        this.reports = reports;
        this.ackDeadline = ackDeadline;
        this.beginAfter = beginAfter;
    }

    /** The same over the same connections with another command time-out. */
    Membership withTimeout(Duration timeout) {
        return new Membership(redis.withTimeout(timeout), record, member, options, reports, ackDeadline, beginAfter);
    }

    /** The ack deadline that holds: a Go sink's of the same name, else our option. */
    Duration ackDeadline() {
        return ackDeadline;
    }

    /** Joins for the first time. From then on the group can be made again where it began, wherever "newest" will be. */
    void begin(Redis call) throws InterruptedException {
        join(call);
        saveCursor(call);
    }

    /**
     * Makes the consumer known and the group exist; also the heartbeat.
     *
     * @return whether the group had to be made
     */
    private boolean join(Redis call) throws InterruptedException {
        Incarnation incarnation = member.incarnation();
        var keys = incarnation.keys();
        List<Object> names = new ArrayList<>(List.of(
                keys.lifecycle(),
                incarnation.flat(),
                incarnation.physical(),
                keys.recovery(),
                keys.sinkConfig(member.sink()),
                keys.resources()));
        member.maps().forEach(map -> names.add(map.content()));
        List<Object> arguments = new ArrayList<>(List.of(
                incarnation.number(), incarnation.retention().encode(), member.sink(), member.consumer(), beginAfter));
        List<String> wish = wish();
        arguments.addAll(wish);
        arguments.addAll(member.channels());
        List<@Nullable Object> reply = Replies.list(call.eval(JOIN, names, arguments));
        switch ((int) Replies.number(reply.getFirst())) {
            case 0 -> throw record.destroyed(incarnation, reply);
            case -1 ->
                throw contradicts(
                        reply.subList(1, 4).stream().map(Replies::text).toList(), wish);
            case -2 ->
                throw new StreamConfigException(
                        "stream \"" + member.stream() + "\" is over since its deadline, "
                                + StreamRecord.deadline(reply),
                        null);
            default -> {}
        }
        String grace = Replies.text(reply.get(2));
        if (!grace.isEmpty()) {
            // whatever stands there, upkeep must not spin
            ackDeadline = Duration.ofMillis(Math.max(LEAST_DEADLINE_MILLIS, millis(grace)));
        }
        boolean made = Replies.number(reply.get(1)) == 1;
        if (made) {
            reports.groupMade(Replies.text(reply.get(3)));
        }
        return made;
    }

    private long millis(String grace) {
        try {
            return Long.parseLong(grace);
        } catch (NumberFormatException e) {
            throw new StreamConfigException(
                    "sink \"" + member.sink() + "\" of stream \"" + member.stream()
                            + "\" was made with an ack_grace_ms that is no number, \"" + grace + "\"",
                    e);
        }
    }

    private StreamConfigException contradicts(List<String> made, List<String> wish) {
        return new StreamConfigException(
                "sink \"" + member.sink() + "\" of stream \"" + member.stream() + "\" was made with "
                        + "filter %s \"%s\" and no-ack %s".formatted(made.toArray())
                        + ", which contradicts the wish for "
                        + "filter %s \"%s\" and no-ack %s".formatted(wish.toArray()),
                null);
    }

    /** What we want, in the words of a Go sink's config: filter kind and value, and no-ack. */
    private List<String> wish() {
        String acks = options.ackMode() == AckMode.NONE ? "1" : "0";
        return switch (options.topics()) {
            case TopicFilter.All all -> List.of("all", "", acks);
            case TopicFilter.Exactly(String topic) -> List.of("topic", topic, acks);
            case TopicFilter.Matching(Pattern pattern) -> List.of("pattern", pattern.pattern(), acks);
        };
    }

    /** Joins again, and reports the group as lost if it was. */
    void heal() throws InterruptedException {
        if (join(redis)) {
            reports.groupLost();
        }
    }

    /** Removes this consumer, unless something is pending on it. Returns whether it is gone. */
    boolean leave() throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(member.sink(), member.consumer()));
        arguments.addAll(member.channels());
        return Replies.number(redis.eval(LEAVE, member.keys(), arguments)) == 0;
    }

    /** Removes other consumers that are gone and on which nothing is pending. */
    void sweep(Duration silence) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(member.sink(), member.consumer(), silence.toMillis()));
        arguments.addAll(member.channels());
        for (Object removed : Replies.list(redis.eval(SWEEP, member.keys(), arguments))) {
            reports.swept(Replies.text(removed));
        }
    }

    /** Writes down the id before which nothing is pending. */
    void saveCursor() throws InterruptedException {
        saveCursor(redis);
    }

    private void saveCursor(Redis call) throws InterruptedException {
        Incarnation incarnation = member.incarnation();
        String cursor = Replies.text(call.eval(
                CURSOR,
                List.of(
                        incarnation.physical(),
                        incarnation.keys().recovery(),
                        incarnation.keys().lifecycle()),
                List.of(member.sink(), incarnation.number())));
        if (!cursor.isEmpty()) {
            beginAfter = cursor;
        }
    }
}
