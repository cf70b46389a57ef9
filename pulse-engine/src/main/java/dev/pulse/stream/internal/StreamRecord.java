package dev.pulse.stream.internal;

import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.StreamConfigException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Retention;
import dev.pulse.task.Signals;
import dev.pulse.wire.HashTag;
import dev.pulse.wire.StreamKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
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
    /** Counts up by one from 1, so it never has more digits than a script tells apart. */
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,14}");

    private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Redis redis;
    private final String stream;
    /** The name as it goes into keys. */
    private final String inKeys;

    private final Optional<Contract> wish;
    private final AtomicLong checkedAt = new AtomicLong();
    /** The number of the handle's incarnation, from its first use on. */
    private final AtomicLong boundTo = new AtomicLong();

    private volatile @Nullable Incarnation incarnation;

    StreamRecord(Redis redis, String stream, Optional<Retention> wish) {
        this.redis = redis;
        this.stream = stream;
        this.inKeys = redis.isCluster() ? HashTag.wrap("stream name", stream) : stream;
        this.wish = wish.map(Contract::of);
    }

    String stream() {
        return stream;
    }

    /** The name as it goes into keys. */
    String inKeys() {
        return inKeys;
    }

    /** The handle's incarnation, made if the stream has none. */
    Incarnation establish(Redis call) throws InterruptedException {
        Incarnation known = incarnation;
        if (known == null) {
            known = bind(ask(call, null, wished(), wish));
        } else {
            long checked = checkedAt.get();
            if (System.nanoTime() - checked > CHECK_NANOS && checkedAt.compareAndSet(checked, System.nanoTime())) {
                known = bind(ask(call, known, known.retention(), Optional.empty()));
            }
        }
        return known;
    }

    /**
     * The incarnation as Redis had it within the last second, without making one: where there is none, what the first
     * one will be.
     */
    Incarnation look(Redis call) throws InterruptedException {
        Incarnation known = fresh();
        if (known == null) {
            Found found = find(call);
            if (found.over()) {
                throw destroyed(found.generation(), found.generation(), found.state());
            }
            known = found.incarnation();
        }
        return known != null ? known : incarnation(1, wished());
    }

    /**
     * The incarnation as Redis had it within the last second, without making one; empty where there is no record, or
     * where it tells of an end that came before this handle's first use.
     */
    Optional<Incarnation> existing(Redis call) throws InterruptedException {
        Incarnation known = fresh();
        return known != null ? Optional.of(known) : recheck(call);
    }

    /** The same as Redis has it now. */
    Optional<Incarnation> recheck(Redis call) throws InterruptedException {
        Found found = find(call);
        return Optional.ofNullable(found.isThere() ? found.incarnation() : null);
    }

    private @Nullable Incarnation fresh() {
        Incarnation known = incarnation;
        return known != null && System.nanoTime() - checkedAt.get() <= CHECK_NANOS ? known : null;
    }

    /**
     * What the record says.
     *
     * @param generation 0 where there is no record
     * @param incarnation the active one, or, where the record was lost, the one that this handle still holds
     */
    private record Found(
            long generation, String state, @Nullable Incarnation incarnation) {
        boolean isThere() {
            return generation > 0 && !over();
        }

        boolean over() {
            return generation > 0 && !state.equals("active");
        }
    }

    /** Throws when the handle's incarnation is not the active one; a handle that has none yet is told what there is. */
    private Found find(Redis call) throws InterruptedException {
        Incarnation known = incarnation;
        Command command = Command.repeatable("HMGET").key(StreamKeys.lifecycle(inKeys));
        List<@Nullable Object> record = Replies.list(call.call(
                command.arg("generation").arg("state").arg("retention_config").arg("approximate")));
        if (record.get(0) == null) {
            if (known != null && known.number() > 1) {
                throw destroyed(known.number(), 0, "lost");
            }
            return new Found(0, "lost", known);
        }
        long generation = generation(inKeys, record.get(0));
        String state = record.get(1) == null ? "destroyed" : Replies.text(record.get(1));
        if (known != null && (!state.equals("active") || known.number() != generation)) {
            throw destroyed(known.number(), generation, state);
        }
        if (!state.equals("active")) {
            return new Found(generation, state, null);
        }
        Contract kept = wished();
        if (record.get(2) != null) {
            Contract config = parse(Replies.text(record.get(2)));
            boolean approximate =
                    record.get(3) != null && Replies.text(record.get(3)).equals(Long.toString(generation));
            kept = new Contract(config.config(), approximate);
            requireWish(kept, known == null ? wish : Optional.empty());
        }
        Incarnation found = incarnation(generation, kept);
        bind(found);
        return new Found(generation, state, found);
    }

    /** The handle's incarnation whatever it wished for, made with this contract if the stream has none. */
    Incarnation establishWith(Redis call, Contract contract) throws InterruptedException {
        Incarnation known = incarnation;
        return known != null ? known : ask(call, null, contract, Optional.empty());
    }

    /** This is what Redis has now; the first that a handle meets is the one it belongs to. */
    Incarnation bind(Incarnation found) {
        if (!boundTo.compareAndSet(0, found.number()) && boundTo.get() != found.number()) {
            // the first use of another thread met one that is over by now
            throw destroyed(boundTo.get(), found.number(), "active");
        }
        incarnation = found;
        checkedAt.set(System.nanoTime());
        return found;
    }

    /**
     * The incarnation that ends when this handle's stream is destroyed: its own; else the active one, or the last one,
     * of which an interrupted destroy may have left something. Empty for a stream that never was.
     */
    Optional<StreamKeys> toDestroy(Redis call) throws InterruptedException {
        Incarnation known = incarnation;
        if (known != null) {
            return Optional.of(known.keys());
        }
        String flat = new StreamKeys(inKeys, 1).physical();
        @Nullable
        Object[] replies = call.callAll(List.of(
                Command.repeatable("HGET").key(StreamKeys.lifecycle(inKeys)).arg("generation"),
                Command.repeatable("EXISTS").key(flat)));
        for (Object reply : replies) {
            if (reply instanceof PulseException e) {
                throw e;
            }
        }
        if (replies[0] != null) {
            return Optional.of(new StreamKeys(inKeys, generation(inKeys, replies[0])));
        }
        return Replies.number(replies[1]) == 1 ? Optional.of(new StreamKeys(inKeys, 1)) : Optional.empty();
    }

    /** The deadline in a reply {@code {outcome, milliseconds}}. */
    static Instant deadline(List<@Nullable Object> reply) {
        return EventId.parse(Replies.text(reply.get(1))).time();
    }

    /** What a script means that found the stream's deadline passed. */
    StreamConfigException over(Instant deadline) {
        return new StreamConfigException(
                "stream \"" + stream + "\" takes no events after its deadline, " + deadline, null);
    }

    /** What a script means that answered {@code {0, generation, state}}. */
    PulseException destroyed(Incarnation known, List<@Nullable Object> reply) {
        return destroyed(known.number(), known.retention(), reply);
    }

    private PulseException destroyed(long ours, Contract contract, List<@Nullable Object> reply) {
        String state = Replies.text(reply.get(2));
        return switch (state) {
            case "over" -> over(contract.deadline());
            case "malformed" -> malformed(inKeys);
            default -> destroyed(ours, Replies.number(reply.get(1)), state);
        };
    }

    /** What it means that a record has a generation that nobody can have written; the stream as it goes into keys. */
    static StreamConfigException malformed(String inKeys) {
        return new StreamConfigException(
                StreamKeys.lifecycle(inKeys) + " is malformed: its generation is no number from 1 on", null);
    }

    /** The generation in a record, of a stream as it goes into keys. */
    static long generation(String inKeys, @Nullable Object field) {
        String number = Replies.text(field);
        if (!NUMBER.matcher(number).matches()) {
            throw malformed(inKeys);
        }
        return Long.parseLong(number);
    }

    private StreamDestroyedException destroyed(long ours, long now, String state) {
        return new StreamDestroyedException(
                "incarnation " + ours + " of stream \"" + stream + "\" is over; Redis has incarnation " + now + ", "
                        + state + "; a new handle makes or joins the next one",
                null);
    }

    /** Tells, in the name of a reader or sink, that the incarnation is over. */
    void reportDestroyed(Logger log, Signals signals) {
        Incarnation known = incarnation;
        long number = known == null ? 1 : known.number();
        log.warn("stream={} incarnation={} state=destroyed", stream, number);
        signals.emit(new PulseEvent.StreamDestroyed(stream, number));
    }

    /** Makes or adopts, with this contract for a record that has to be written. */
    private Incarnation ask(Redis call, @Nullable Incarnation known, Contract contract, Optional<Contract> required)
            throws InterruptedException {
        long generation = known == null ? 0 : known.number();
        String flat = new StreamKeys(inKeys, 1).physical();
        List<String> keys = known == null
                ? List.of(StreamKeys.lifecycle(inKeys), flat)
                : List.of(StreamKeys.lifecycle(inKeys), flat, known.physical());
        List<@Nullable Object> reply = Replies.list(call.eval(ESTABLISH, keys, List.of(generation, contract.encode())));
        if (Replies.number(reply.getFirst()) == 0) {
            throw destroyed(generation, contract, reply);
        }
        Contract kept = parse(Replies.text(reply.get(3)));
        requireWish(kept, required);
        long active = Replies.number(reply.get(1));
        if (Replies.number(reply.get(4)) == 1) {
            LOG.info("stream={} incarnation={} state=made retention=\"{}\"", stream, active, kept.encode());
        }
        return incarnation(active, kept);
    }

    private Incarnation incarnation(long number, Contract contract) {
        return new Incarnation(stream, redis.isCluster(), new StreamKeys(inKeys, number), contract);
    }

    private Contract parse(String text) {
        try {
            return Contract.parse(text);
        } catch (IllegalArgumentException e) {
            throw new StreamConfigException("stream \"" + stream + "\": " + e.getMessage(), e);
        }
    }

    private void requireWish(Contract kept, Optional<Contract> wished) {
        if (wished.isPresent() && !wished.get().equals(kept)) {
            throw new StreamConfigException(
                    "stream \"" + stream + "\" keeps \"" + kept.encode() + "\", which contradicts the wish for \""
                            + wished.get().encode() + "\"",
                    null);
        }
    }

    private Contract wished() {
        return wish.orElseGet(() -> Contract.of(Retention.defaults()));
    }
}
