package dev.pulse.map.internal;

import dev.pulse.PulseException;
import dev.pulse.map.MapChange;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.MapKeys;
import dev.pulse.wire.Utf8;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Asks Redis what a map holds, or how it stands, and reads keys and values. Used by the replica's loop. */
final class Snapshots<V> {
    private static final Script CHECK = Script.loadRepeatable("/dev/pulse/map/check.lua");
    private static final String REVISION = "=rev";
    private static final String KIND = "=kind";
    /** A value that is worth its way with each look. */
    private static final long MOST_BYTES = 4 * 1024;

    private final Redis redis;
    private final MapKeys keys;
    private final Values<V> values;
    private final MapReports reports;

    Snapshots(Redis redis, MapKeys keys, Values<V> values, MapReports reports) {
        this.redis = redis;
        this.keys = keys;
        this.values = values;
        this.reports = reports;
    }

    /**
     * How a map stands in Redis.
     *
     * @param revision 0 where there is no map
     * @param entries how many it holds
     * @param ttlMillis how long it lives; less than 0 for ever
     * @param value of the key that was asked for: bytes, or null for none, or a number where they are too many to send
     */
    record Standing(
            long revision,
            long entries,
            long ttlMillis,
            @Nullable Object value) {}

    /** Asks how the map stands. */
    Standing standing() throws InterruptedException {
        return standing("");
    }

    /** Asks how the map stands, and which value this key has. */
    Standing standing(String key) throws InterruptedException {
        List<@Nullable Object> reply =
                Replies.list(redis.eval(CHECK, List.of(keys.content()), List.of(key, MOST_BYTES)));
        return new Standing(
                revision(reply.get(0)), Replies.number(reply.get(1)), Replies.number(reply.get(2)), reply.get(3));
    }

    /** Whether what was found there may be this value. */
    boolean mayBe(V value, Standing found) {
        return found.value() instanceof byte[] bytes ? values.mayBe(value, bytes) : found.value() != null;
    }

    /** All of the content, and how long it lives; less than 0 for ever. */
    record Taken<V>(MapReplica.Snapshot<V> content, long ttlMillis) {}

    /** Asks for all of the content. */
    Taken<V> take() throws InterruptedException {
        @Nullable
        Object[] replies = redis.callAll(List.of(
                Command.repeatable("HGETALL").key(keys.content()).largeReply(),
                Command.repeatable("PTTL").key(keys.content())));
        if (replies[0] instanceof PulseException refused) {
            throw refused;
        }
        return new Taken<>(read(Replies.list(replies[0])), replies[1] instanceof Long ttl ? ttl : -1);
    }

    private MapReplica.Snapshot<V> read(List<@Nullable Object> reply) {
        long revision = 0;
        MapChange.Kind kind = MapChange.Kind.SET;
        ConcurrentHashMap<String, V> entries = new ConcurrentHashMap<>(reply.size() / 2);
        Set<String> unreadable = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < reply.size(); i += 2) {
            byte[] rawKey = Replies.bytes(reply.get(i));
            byte[] rawValue = Replies.bytes(reply.get(i + 1));
            String key = key(rawKey);
            if (key.equals(REVISION)) {
                revision = revision(rawValue);
            } else if (key.equals(KIND)) {
                kind = kind(rawValue);
            } else {
                V value = value(key, rawValue);
                if (value == null) {
                    unreadable.add(key);
                } else {
                    entries.put(key, value);
                }
            }
        }
        return new MapReplica.Snapshot<>(revision, kind, entries, unreadable);
    }

    /** The key as text; for one that is no UTF-8 something that no key can be, and that tells it from others. */
    static String key(byte[] raw) {
        try {
            return Utf8.decode(raw);
        } catch (CharacterCodingException e) {
            return "=" + new String(raw, StandardCharsets.ISO_8859_1);
        }
    }

    /** Whether a value is read so quickly that other maps can wait for it. */
    boolean isQuick() {
        return values.isQuick();
    }

    /** The value; null, and reported, where it cannot be shown. */
    @Nullable
    V value(String key, byte[] raw) {
        if (key.startsWith("=")) {
            reports.dropped(
                    new String(key.substring(1).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8),
                    "the key is no UTF-8");
            return null;
        }
        try {
            return values.decode(raw);
        } catch (Throwable e) {
            // an error of the codec's own included: it must not end what all maps share
            reports.dropped(key, e.toString());
            return null;
        }
    }

    private static long revision(@Nullable Object raw) {
        String text = raw == null ? "0" : Replies.text(raw);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalStateException("field =rev of a map is a decimal, was \"" + text + "\"", e);
        }
    }

    private static MapChange.Kind kind(byte[] raw) {
        return switch (new String(raw, StandardCharsets.UTF_8)) {
            case "reset" -> MapChange.Kind.RESET;
            case "destroy" -> MapChange.Kind.DESTROY;
            default -> MapChange.Kind.SET;
        };
    }
}
