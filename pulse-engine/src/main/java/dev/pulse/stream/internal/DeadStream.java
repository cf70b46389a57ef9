package dev.pulse.stream.internal;

import dev.pulse.StreamConfigException;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Retention;
import dev.pulse.wire.StreamKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a stream's dead letters: every word about it to Redis. It is made, unbounded, by the first dead letter;
 * one that somebody made before is adopted with what it retains. Thread-safe.
 */
final class DeadStream {
    private static final Script APPEND = Script.load("/dev/pulse/stream/sink_dead_letter.lua");
    private static final Script REPLAY = Script.load("/dev/pulse/stream/dead_replay.lua");
    private static final Script REPLAY_AS_NEW = Script.load("/dev/pulse/stream/dead_replay_new.lua");
    private static final String UNBOUNDED = Contract.of(Retention.unbounded()).encode();
    /** Longer than any ack deadline. */
    private static final long CLAIMABLE_MILLIS = Duration.ofHours(24).toMillis();

    private final Redis redis;
    private final String name;
    private volatile long generation;

    /** What an attempt to bury an event came to. */
    sealed interface Buried {
        /** It is a dead letter now, one of so many. */
        record Done(long letters) implements Buried {}

        /** It is not pending on this consumer. */
        record NotOurs() implements Buried {}

        /** It was trimmed, and no fields came along. */
        record Trimmed() implements Buried {}
    }

    /**
     * @param stream the name of the stream as it goes into keys: on Redis Cluster both are in one slot
     */
    DeadStream(Redis redis, String stream) {
        this(redis, StreamKeys.deadLetters(stream), 1);
    }

    private DeadStream(Redis redis, String name, long generation) {
        this.redis = redis;
        this.name = name;
        this.generation = generation;
    }

    /** The same over the same connections with another command time-out. */
    DeadStream withTimeout(Duration timeout) {
        return new DeadStream(redis.withTimeout(timeout), name, generation);
    }

    String name() {
        return name;
    }

    /**
     * Moves what is pending on the consumer to the dead letters.
     *
     * @param headers field, value and so on, added to the entry's own
     * @param fields the entry's own in case it was trimmed; may be empty
     */
    Buried bury(Incarnation source, String sink, String consumer, EventId id, List<byte[]> headers, List<byte[]> fields)
            throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(sink, consumer, id, UNBOUNDED, headers.size()));
        arguments.addAll(headers);
        arguments.addAll(fields);
        while (true) {
            List<Object> keys = List.of(
                    source.physical(),
                    StreamKeys.lifecycle(name),
                    new StreamKeys(name, 1).physical(),
                    new StreamKeys(name, generation).physical());
            List<@Nullable Object> reply = Replies.list(redis.eval(APPEND, keys, arguments));
            switch ((int) Replies.number(reply.getFirst())) {
                case 0 -> {
                    return new Buried.NotOurs();
                }
                case 1 -> {
                    return new Buried.Done(Replies.number(reply.get(1)));
                }
                case 2 -> generation = Replies.number(reply.get(1));
                case 3 -> {
                    return new Buried.Trimmed();
                }
                case -2 -> throw StreamRecord.malformed(name);
                default ->
                    throw new StreamConfigException(
                            "stream \"" + name + "\" takes no dead letters after its deadline, "
                                    + EventId.parse(Replies.text(reply.get(1))).time(),
                            null);
            }
        }
    }

    long count() throws InterruptedException {
        String key = find();
        return key == null
                ? 0
                : Replies.number(redis.call(Command.repeatable("XLEN").key(key)));
    }

    /** Raw entries, the oldest after this id first. */
    List<@Nullable Object> entries(EventId after, int max) throws InterruptedException {
        String key = find();
        if (key == null) {
            return List.of();
        }
        Command command = Command.repeatable("XRANGE").key(key).arg("(" + after).arg("+");
        return Replies.list(redis.call(command.arg("COUNT").arg(max)));
    }

    /** The raw entry with this id; null when there is none. */
    @Nullable
    Object entry(EventId id) throws InterruptedException {
        String key = find();
        if (key == null) {
            return null;
        }
        Command command =
                Command.repeatable("XRANGE").key(key).arg(id.toString()).arg(id.toString());
        List<@Nullable Object> found = Replies.list(redis.call(command));
        return found.isEmpty() ? null : found.getFirst();
    }

    /** Gives the event back to the sink. */
    DeadLetters.Replay replay(Incarnation source, EventId letter, EventId event, String sink)
            throws InterruptedException {
        List<Object> keys = List.of(source.physical(), new StreamKeys(name, generation).physical());
        long outcome = Replies.number(redis.eval(REPLAY, keys, List.of(letter, event, sink, CLAIMABLE_MILLIS)));
        return switch ((int) outcome) {
            case 1 -> DeadLetters.Replay.REPLAYED;
            case 0 -> DeadLetters.Replay.NO_SUCH_DEAD_LETTER;
            case -1 -> DeadLetters.Replay.EVENT_GONE;
            default -> DeadLetters.Replay.SINK_GONE;
        };
    }

    /** Appends the event to its stream again. */
    Optional<EventId> replayAsNew(StreamRecord record, Incarnation source, EventId letter) throws InterruptedException {
        if (find() == null) {
            return Optional.empty();
        }
        List<@Nullable Object> reply = Replies.list(redis.eval(
                REPLAY_AS_NEW,
                List.of(
                        source.keys().lifecycle(),
                        source.flat(),
                        source.physical(),
                        new StreamKeys(name, generation).physical()),
                List.of(source.number(), source.retention().encode(), letter)));
        return switch ((int) Replies.number(reply.getFirst())) {
            case 1 -> Optional.of(EventId.parse(Replies.text(reply.get(1))));
            case 2 -> Optional.empty();
            case 0 -> throw record.destroyed(source, reply);
            default ->
                throw new StreamConfigException(
                        "stream \"" + source.stream() + "\" takes no events after its deadline, "
                                + EventId.parse(Replies.text(reply.get(1))).time(),
                        null);
        };
    }

    /** The key of the active incarnation; null when there is none. */
    private @Nullable String find() throws InterruptedException {
        Command command = Command.repeatable("HMGET").key(StreamKeys.lifecycle(name));
        List<@Nullable Object> record =
                Replies.list(redis.call(command.arg("generation").arg("state")));
        if (record.get(0) == null
                || record.get(1) == null
                || !Replies.text(record.get(1)).equals("active")) {
            return null;
        }
        generation = StreamRecord.generation(name, record.get(0));
        return new StreamKeys(name, generation).physical();
    }

    /** A header as it stands in an entry. */
    static byte[] field(String header) {
        return ("h:" + header).getBytes(StandardCharsets.UTF_8);
    }
}
