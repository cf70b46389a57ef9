package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.flag;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages to the worker that the ring has for a key, and what happens to them, and to what else is in an inbox, when that
 * worker goes. Thread-safe.
 */
final class MessageScripts {
    private static final Script SEND = PoolScript.repeatable("send");
    private static final Script DONE = PoolScript.repeatable("message_done");
    private static final Script LATER = PoolScript.repeatable("message_later");
    private static final Script PLACE = PoolScript.repeatable("message_place");
    private static final Script FORWARD = PoolScript.repeatable("forward");

    private final PoolKeys keys;

    MessageScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * A message to be sent. Its worker may get it twice, with the same client and request id.
     *
     * @param client whom to tell the answer
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Message(String key, byte[] payload, String client, String requestId) {}

    /** What became of a message. */
    sealed interface Sending permits Sent, TooMany, Unplaced, RingChanged, Closing, Gone {}

    /** It is in the worker's inbox. */
    record Sent() implements Sending, Resent {}

    /** As many messages are under way as the pool allows. */
    record TooMany() implements Sending {}

    /** There is no worker. */
    record Unplaced() implements Sending {}

    /** Sends a message; {@code owner} is empty when the ring is. */
    Sending send(Redis redis, long ringVersion, String owner, Message message) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                SEND,
                List.of(keys.meta(), keys.inbox(owner)),
                List.of(ringVersion, owner, message.key(), message.payload(), message.client(), message.requestId())));
        return switch (word(reply)) {
            case "OK" -> new Sent();
            case "FULL" -> new TooMany();
            case "NOWORKER" -> new Unplaced();
            case "RING" -> RingChanged.of(reply, ringVersion);
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("send", reply);
        };
    }

    /** What became of an entry. */
    enum Settled {
        OK,
        /** It was gone already. */
        STALE,
        GONE
    }

    /**
     * A message as a worker holds it.
     *
     * @param entry its id in the worker's inbox
     */
    record Entry(String worker, String entry, String client, String requestId) {}

    /**
     * What became of a message.
     *
     * @param text the answer, or the error
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Handled(Entry message, String state, byte[] text) {
        static Handled done(Entry message, byte[] answer) {
            return new Handled(message, "done", answer);
        }

        static Handled failed(Entry message, byte[] error) {
            return new Handled(message, "failed", error);
        }
    }

    /**
     * Says that messages in the inbox of one worker were handled, or are given up.
     *
     * @param messages at most {@value PlacementScripts#MOST}, and one at least
     * @return what became of the entry of each, in that order
     */
    List<Settled> settle(Redis redis, List<Handled> messages) throws InterruptedException {
        PlacementScripts.requireBatch(messages);
        List<Object> names = new ArrayList<>();
        names.add(keys.meta());
        names.add(keys.inbox(messages.getFirst().message().worker()));
        List<Object> arguments = new ArrayList<>();
        for (Handled handled : messages) {
            Entry message = handled.message();
            names.add(keys.replies(message.client()));
            arguments.addAll(List.of(message.entry(), message.requestId(), handled.state(), handled.text()));
        }
        return redis.eval(DONE, names, arguments) instanceof List<?> became
                ? became.stream().map(one -> Settled.valueOf(Replies.text(one))).toList()
                : Collections.nCopies(messages.size(), Settled.GONE);
    }

    /**
     * Puts a message aside until a time.
     *
     * @param counts whether an attempt failed
     * @param first the worker in the first slot of the ring, which looks after due times; empty when there is none
     */
    Settled later(Redis redis, Entry message, Duration delay, boolean counts, String first)
            throws InterruptedException {
        // one message may have been sent twice: what names it here is its entry
        String name = message.worker() + '/' + message.entry();
        List<Object> names =
                new ArrayList<>(List.of(keys.meta(), keys.inbox(message.worker()), keys.message(name), keys.due()));
        if (!first.isEmpty()) {
            names.add(keys.inbox(first));
        }
        return Settled.valueOf(
                Replies.text(redis.eval(LATER, names, List.of(message.entry(), name, delay.toMillis(), flag(counts)))));
    }

    /** What became of a message that was put aside. */
    sealed interface Resent permits Sent, NotAside, TooEarly, RingChanged, Closing, Gone {}

    /** It is not put aside, or not any more. */
    record NotAside() implements Resent {}

    /** Its time has not come. */
    record TooEarly() implements Resent {}

    /** Gives a message that was put aside to a worker in the ring. */
    Resent place(Redis redis, long ringVersion, String owner, String name) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(
                PLACE,
                List.of(keys.meta(), keys.due(), keys.message(name), keys.inbox(owner)),
                List.of(ringVersion, name)));
        return switch (word(reply)) {
            case "OK" -> new Sent();
            case "STALE" -> new NotAside();
            case "NOTYET" -> new TooEarly();
            case "RING" -> RingChanged.of(reply, ringVersion);
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("message_place", reply);
        };
    }

    /**
     * An entry that is to leave an inbox.
     *
     * @param key the key it is about; empty if there is none
     * @param target the owner of its job, or for a message the worker that the ring has; empty for none
     */
    record Leaving(String entry, String key, String target) {}

    /** What became of some entries. */
    sealed interface Forwarding permits Forwarded, RingChanged, Gone {}

    /** What became of each, in the order given. */
    record Forwarded(List<Forward> entries) implements Forwarding {}

    /**
     * What became of one.
     *
     * @param owner whose job it is about, when it has another owner than was named; else empty
     */
    record Forward(Kind kind, String owner) {
        /** What became of it. */
        enum Kind {
            /** It is in its target's inbox, or there was nothing left to do about it. */
            OK,
            /** A notification whose job runs nowhere: it is gone. */
            DROPPED,
            /** A notification whose job has another owner. */
            LOOK,
            /** It is about a job of this worker, which has to leave first; or a message that the ring has here. */
            OURS,
            /** A message, and there is no worker: it can be put aside. */
            NOWORKER,
            /** It was gone already. */
            STALE
        }
    }

    /**
     * Sends on what is in the inbox of a worker that leaves or is gone, and removes what is about jobs that are elsewhere.
     *
     * @param entries at most {@value PlacementScripts#MOST}
     */
    Forwarding forward(Redis redis, long ringVersion, String worker, List<Leaving> entries)
            throws InterruptedException {
        PlacementScripts.requireBatch(entries);
        Map<String, Integer> targets = new LinkedHashMap<>();
        entries.stream()
                .map(Leaving::target)
                .filter(target -> !target.isEmpty())
                .forEach(target -> targets.putIfAbsent(target, targets.size() + 1));
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.inbox(worker)));
        List<Object> arguments = new ArrayList<>(List.of(ringVersion, worker, targets.size()));
        targets.keySet().forEach(target -> {
            names.add(keys.inbox(target));
            arguments.add(target);
        });
        for (Leaving entry : entries) {
            names.add(keys.job(entry.key()));
            arguments.add(entry.entry());
            arguments.add(targets.getOrDefault(entry.target(), 0));
        }
        List<@Nullable Object> reply = Replies.list(redis.eval(FORWARD, names, arguments));
        return switch (word(reply)) {
            case "OK" -> {
                List<Forward> done = new ArrayList<>();
                for (int i = 1; i < reply.size(); i += 2) {
                    done.add(new Forward(Forward.Kind.valueOf(text(reply, i)), text(reply, i + 1)));
                }
                yield new Forwarded(done);
            }
            case "RING" -> RingChanged.of(reply, ringVersion);
            case "GONE" -> new Gone();
            default -> throw unknown("forward", reply);
        };
    }
}
