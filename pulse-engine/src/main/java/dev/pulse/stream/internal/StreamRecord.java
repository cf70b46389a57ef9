package dev.pulse.stream.internal;

import dev.pulse.StreamConfigException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Retention;
import dev.pulse.wire.HashTag;
import dev.pulse.wire.RetentionConfig;
import dev.pulse.wire.StreamKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a handle knows of its stream's lifecycle record: which incarnation it belongs to, found or made at its first use,
 * and looked at again once a second while it is used. Thread-safe; no lock is held while Redis is asked.
 */
final class StreamRecord {
    private static final Logger LOG = LoggerFactory.getLogger(StreamRecord.class);
    private static final Script ESTABLISH = Script.loadRepeatable("/dev/pulse/stream/establish.lua");
    private static final Script APPEND = Script.load("/dev/pulse/stream/append.lua");
    private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Redis redis;
    private final String stream;
    /** The name as it goes into keys. */
    private final String inKeys;

    private final Optional<Retention> wish;
    private final AtomicLong checkedAt = new AtomicLong();
    private volatile @Nullable Incarnation incarnation;

    StreamRecord(Redis redis, String stream, Optional<Retention> wish) {
        this.redis = redis;
        this.stream = stream;
        this.inKeys = redis.isCluster() ? HashTag.wrap("stream name", stream) : stream;
        this.wish = wish;
    }

    String stream() {
        return stream;
    }

    /** The handle's incarnation, made if the stream has none. */
    Incarnation establish() throws InterruptedException {
        Incarnation known = incarnation;
        if (known == null) {
            known = ask(0);
            incarnation = known;
        } else {
            long checked = checkedAt.get();
            if (System.nanoTime() - checked > CHECK_NANOS && checkedAt.compareAndSet(checked, System.nanoTime())) {
                known = ask(known.number());
                incarnation = known;
            }
        }
        return known;
    }

    /**
     * The incarnation as Redis had it within the last second, without making one: where there is none, what the first
     * one will be.
     */
    Incarnation look() throws InterruptedException {
        Incarnation known = incarnation;
        if (known != null && System.nanoTime() - checkedAt.get() <= CHECK_NANOS) {
            return known;
        }
        Command command = Command.repeatable("HMGET").key(StreamKeys.lifecycle(inKeys));
        List<@Nullable Object> record =
                Replies.list(redis.call(command.arg("generation").arg("state").arg("retention_config")));
        if (record.get(0) == null) {
            if (known != null && known.number() > 1) {
                throw destroyed(known.number(), 0, "lost");
            }
            return known != null ? known : incarnation(1, defaults());
        }
        long generation = Long.parseLong(Replies.text(record.get(0)));
        String state = record.get(1) == null ? "destroyed" : Replies.text(record.get(1));
        if (!state.equals("active") || (known != null && known.number() != generation)) {
            throw destroyed(known == null ? generation : known.number(), generation, state);
        }
        Incarnation found =
                incarnation(generation, record.get(2) == null ? defaults() : adopt(Replies.text(record.get(2))));
        incarnation = found;
        checkedAt.set(System.nanoTime());
        return found;
    }

    /** Appends when the stream's key is absent: the first entry, one after a loss of state, or none after a destroy. */
    EventId append(Incarnation known, List<byte[]> fields) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(fields.size() + 2);
        arguments.add(known.number());
        arguments.add(known.retention().encode());
        arguments.addAll(fields);
        List<@Nullable Object> reply = Replies.list(
                redis.eval(APPEND, List.of(known.keys().lifecycle(), known.flat(), known.physical()), arguments));
        long outcome = Replies.number(reply.getFirst());
        if (outcome == 0) {
            throw destroyed(known, reply);
        }
        if (outcome < 0) {
            throw new StreamConfigException(
                    "stream \"" + stream + "\" takes no events after its deadline, "
                            + EventId.parse(Replies.text(reply.get(1))).time(),
                    null);
        }
        return EventId.parse(Replies.text(reply.get(1)));
    }

    /** What a script means that answered {@code {0, generation, state}}. */
    StreamDestroyedException destroyed(Incarnation known, List<@Nullable Object> reply) {
        return destroyed(known.number(), Replies.number(reply.get(1)), Replies.text(reply.get(2)));
    }

    private StreamDestroyedException destroyed(long ours, long now, String state) {
        return new StreamDestroyedException(
                "incarnation " + ours + " of stream \"" + stream + "\" is over; Redis has incarnation " + now + ", "
                        + state + "; a new handle makes or joins the next one",
                null);
    }

    private Incarnation ask(long generation) throws InterruptedException {
        String flat = new StreamKeys(inKeys, 1).physical();
        List<@Nullable Object> reply = Replies.list(redis.eval(
                ESTABLISH,
                List.of(StreamKeys.lifecycle(inKeys), flat),
                List.of(generation, defaults().encode())));
        if (Replies.number(reply.getFirst()) == 0) {
            throw destroyed(generation, Replies.number(reply.get(1)), Replies.text(reply.get(2)));
        }
        RetentionConfig kept = adopt(Replies.text(reply.get(3)));
        checkedAt.set(System.nanoTime());
        long active = Replies.number(reply.get(1));
        if (Replies.number(reply.get(4)) == 1) {
            LOG.info("stream={} incarnation={} state=made retention=\"{}\"", stream, active, kept.encode());
        }
        return incarnation(active, kept);
    }

    private Incarnation incarnation(long number, RetentionConfig kept) {
        return new Incarnation(stream, redis.isCluster(), new StreamKeys(inKeys, number), kept);
    }

    /** What the record says is kept, unless that contradicts the wish. */
    private RetentionConfig adopt(String text) {
        RetentionConfig kept;
        try {
            kept = RetentionConfig.parse(text);
        } catch (IllegalArgumentException e) {
            throw new StreamConfigException("stream \"" + stream + "\": " + e.getMessage(), e);
        }
        if (wish.isPresent() && !defaults().equals(kept)) {
            throw new StreamConfigException(
                    "stream \"" + stream + "\" keeps \"" + kept.encode() + "\", which contradicts the wish for \""
                            + defaults().encode() + "\"",
                    null);
        }
        return kept;
    }

    private RetentionConfig defaults() {
        return new RetentionConfig(
                wish.orElseGet(Retention::defaults).maxLength(), RetentionConfig.Mode.NONE, 0, false);
    }
}
