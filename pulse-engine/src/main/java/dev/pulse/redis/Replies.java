package dev.pulse.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the replies of Redis: bytes, numbers and lists of these. */
public final class Replies {
    private Replies() {}

    public static String text(@Nullable Object reply) {
        return new String(bytes(reply), StandardCharsets.UTF_8);
    }

    public static byte[] bytes(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return bytes;
        }
        throw new IllegalArgumentException("expected text from Redis, was " + reply);
    }

    public static long number(@Nullable Object reply) {
        if (reply instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException("expected a number from Redis, was " + reply);
    }

    @SuppressWarnings("unchecked")
    public static List<@Nullable Object> list(@Nullable Object reply) {
        if (reply instanceof List<?> list) {
            return (List<@Nullable Object>) list;
        }
        throw new IllegalArgumentException("expected a list from Redis, was " + reply);
    }

    /** The entries in the reply of XREAD on several streams, by their keys. */
    public static Map<String, List<@Nullable Object>> entriesByStream(@Nullable Object reply) {
        Map<String, List<@Nullable Object>> entries = new HashMap<>();
        for (Object stream : reply == null ? List.of() : list(reply)) {
            entries.put(text(list(stream).getFirst()), list(list(stream).get(1)));
        }
        return entries;
    }

    /** The entries in the reply of XREAD or XREADGROUP on one stream; none when it timed out. */
    public static List<@Nullable Object> entriesOfOneStream(@Nullable Object reply) {
        return reply == null ? List.of() : list(list(list(reply).getFirst()).get(1));
    }
}
