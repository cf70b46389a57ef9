package dev.pulse.stream.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.OnceConflictException;
import dev.pulse.StreamConfigException;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Once;
import dev.pulse.wire.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends an entry once per key and window. Everything is decided in one script: it looks the key up, appends and writes
 * down what it did, so it can be run again when its reply was lost.
 */
final class OnceAppending {
    private static final Script ONCE = Script.loadRepeatable("/dev/pulse/stream/append_once.lua");
    private static final int KEY_BYTES = 256;

    private final Redis redis;
    private final StreamRecord record;

    OnceAppending(Redis redis, StreamRecord record) {
        this.redis = redis;
        this.record = record;
    }

    Once add(String key, Duration window, List<byte[]> fields) throws InterruptedException {
        byte[] keyBytes = Utf8.requireEncodable("key", key).getBytes(StandardCharsets.UTF_8);
        if (keyBytes.length < 1 || keyBytes.length > KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key is 1 to " + KEY_BYTES + " bytes, was " + keyBytes.length + ": \"" + key + "\"");
        }
        if (window.compareTo(Once.SHORTEST_WINDOW) < 0 || window.compareTo(Once.LONGEST_WINDOW) > 0) {
            throw new IllegalArgumentException(
                    "window is " + Once.SHORTEST_WINDOW + " to " + Once.LONGEST_WINDOW + ", was " + window);
        }
        Redis call = redis.forOneCall();
        Incarnation incarnation = record.establish(call);
        List<Object> arguments = new ArrayList<>(fields.size() + 6);
        arguments.add(incarnation.number());
        arguments.add(incarnation.retention().encode());
        arguments.add(keyBytes);
        arguments.add(window.toMillis());
        arguments.add(digest(fields));
        // tells a repetition of this call, whose reply was lost, from another call
        arguments.add(UlidCreator.getUlid().toString());
        arguments.addAll(fields);
        var keys = incarnation.keys();
        List<@Nullable Object> reply = Replies.list(call.eval(
                ONCE,
                List.of(
                        keys.lifecycle(),
                        incarnation.flat(),
                        incarnation.physical(),
                        keys.resources(),
                        keys.once(),
                        keys.onceDue(),
                        keys.idempotency()),
                arguments));
        return switch ((int) Replies.number(reply.getFirst())) {
            case 1 -> new Once(EventId.parse(Replies.text(reply.get(1))), Replies.number(reply.get(2)) == 1);
            case 0 -> throw record.destroyed(incarnation, reply);
            case -1 -> throw record.over(StreamRecord.deadline(reply));
            case -2 -> throw conflict(key, EventId.parse(Replies.text(reply.get(1))));
            case -3 ->
                throw new StreamConfigException(
                        "stream \"" + record.stream() + "\" has for key \"" + key + "\" a record of an unknown form: "
                                + Replies.text(reply.get(1)),
                        null);
            default ->
                throw new IllegalArgumentException("on a stream with a deadline, name, topic and payload of an event "
                        + "that is added once have at most " + Replies.number(reply.get(1)) + " bytes together, were "
                        + Replies.number(reply.get(2)));
        };
    }

    private OnceConflictException conflict(String key, EventId first) {
        return new OnceConflictException(
                "key \"" + key + "\" of stream \"" + record.stream() + "\" was used for event " + first
                        + " with another name, topic or payload",
                null);
    }

    /** SHA-256 of name, topic and payload, each after its length, so that no two contents run into one another. */
    private static String digest(List<byte[]> fields) {
        MessageDigest sha;
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (byte[] part : List.of(Entries.name(fields), Entries.topic(fields), Entries.payload(fields))) {
            sha.update(ByteBuffer.allocate(Long.BYTES).putLong(part.length).array());
            sha.update(part);
        }
        return HexFormat.of().formatHex(sha.digest());
    }
}
