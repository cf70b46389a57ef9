package dev.pulse.map.internal;

import dev.pulse.MapValueException;
import dev.pulse.RedisReplyException;
import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.MapKeys;
import dev.pulse.wire.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Every change of one map: a script each, none of which is repeated when its reply is lost. Done twice, it would undo what
 * others wrote between. Thread-safe.
 */
final class MapWrites {
    private static final Script SET = script("set");
    private static final Script SET_IF_ABSENT = script("set_if_absent");
    private static final Script TEST_AND_SET = script("test_and_set");
    private static final Script TEST_AND_DELETE = script("test_and_delete");
    private static final Script DELETE = script("delete");
    private static final Script CLEAR = script("clear");
    private static final Script INC = script("inc");

    private final String map;
    private final List<byte[]> content;
    private final byte[] channel;
    private final byte[] ttl;
    private final byte[] sliding;

    MapWrites(String map, MapKeys keys, MapOptions options) {
        this.map = map;
        this.content = List.of(ascii(keys.content()));
        this.channel = ascii(keys.channel());
        boolean expires = options.ttl() instanceof MapTtl.Limited;
        this.ttl = ascii(
                options.ttl() instanceof MapTtl.Limited limited
                        ? Long.toString(limited.duration().toMillis())
                        : "0");
        this.sliding = ascii(expires && ((MapTtl.Limited) options.ttl()).sliding() ? "1" : "0");
    }

    static Script script(String name) {
        return Script.load("/dev/pulse/map/" + name + ".lua");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What was there before, and the revision of the change. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Replaced(long revision, byte @Nullable [] before) {}

    Replaced set(Redis redis, String key, byte[] value) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(run(redis, SET, key, value));
        return new Replaced(
                Long.parseLong(Replies.text(reply.get(0))), reply.size() < 2 ? null : (byte[]) reply.get(1));
    }

    boolean setIfAbsent(Redis redis, String key, byte[] value) throws InterruptedException {
        return isDone(run(redis, SET_IF_ABSENT, key, value));
    }

    boolean testAndSet(Redis redis, String key, byte[] test, byte[] value) throws InterruptedException {
        return isDone(run(redis, TEST_AND_SET, key, test, value));
    }

    boolean testAndDelete(Redis redis, String key, byte[] test) throws InterruptedException {
        return isDone(run(redis, TEST_AND_DELETE, key, test));
    }

    byte @Nullable [] delete(Redis redis, String key) throws InterruptedException {
        return (byte[]) run(redis, DELETE, key);
    }

    long inc(Redis redis, String key, long by) throws InterruptedException {
        try {
            return Long.parseLong(Replies.text(run(redis, INC, key, ascii(Long.toString(by)))));
        } catch (RedisReplyException e) {
            if (says(e, "not an integer") || says(e, "overflow")) {
                throw new MapValueException(
                        "key \"" + key + "\" in map \"" + map + "\" is no integer of 64 bits to which " + by
                                + " can be added",
                        e);
            }
            throw e;
        }
    }

    /** Deletes all keys, if the tests, pairs of key and value, hold. */
    boolean clear(Redis redis, String kind, List<byte[]> tests) throws InterruptedException {
        List<byte[]> arguments = new ArrayList<>(List.of(channel, ascii(kind)));
        arguments.addAll(tests);
        return isDone(redis.eval(CLEAR, content, arguments));
    }

    /** Runs a script of those that begin with the same arguments. */
    @Nullable
    Object run(Redis redis, Script script, String key, byte[]... more) throws InterruptedException {
        byte[] encodedKey = Names.requireMapKey(key).getBytes(StandardCharsets.UTF_8);
        List<byte[]> arguments = new ArrayList<>(4 + more.length);
        Collections.addAll(arguments, channel, ttl, sliding, encodedKey);
        Collections.addAll(arguments, more);
        return redis.eval(script, content, arguments);
    }

    static boolean isDone(@Nullable Object reply) {
        return Replies.number(reply) == 1;
    }

    static boolean says(RedisReplyException refusal, String words) {
        return Objects.requireNonNullElse(refusal.getMessage(), "").contains(words);
    }
}
