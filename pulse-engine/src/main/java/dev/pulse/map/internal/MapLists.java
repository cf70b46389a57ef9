package dev.pulse.map.internal;

import dev.pulse.MapValueException;
import dev.pulse.RedisReplyException;
import dev.pulse.map.ListChange;
import dev.pulse.map.Lists;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lists of one map. */
final class MapLists implements Lists {
    private static final Script APPEND = MapWrites.script("append");
    private static final Script APPEND_UNIQUE = MapWrites.script("append_unique");
    private static final Script REMOVE = MapWrites.script("remove");

    private final String map;
    private final int mostBytes;
    private final MapWrites writes;
    private final Supplier<Redis> redis;

    /**
     * Lists.
     *
     * @param mostBytes how large the items of one call are together at most
     * @param redis asked at each call; throws when the map is closed
     */
    MapLists(String map, int mostBytes, MapWrites writes, Supplier<Redis> redis) {
        this.map = map;
        this.mostBytes = mostBytes;
        this.writes = writes;
        this.redis = redis;
    }

    @Override
    public List<String> append(String key, Collection<String> items) throws InterruptedException {
        return texts(run(APPEND, key, items));
    }

    @Override
    public ListChange appendUnique(String key, Collection<String> items) throws InterruptedException {
        return change(run(APPEND_UNIQUE, key, items));
    }

    @Override
    public ListChange remove(String key, Collection<String> items) throws InterruptedException {
        return change(run(REMOVE, key, items));
    }

    private List<@Nullable Object> run(Script script, String key, Collection<String> items)
            throws InterruptedException {
        byte[][] encoded = items.stream()
                .map(item -> Utf8.requireEncodable("list item", item).getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        long bytes = Stream.of(encoded).mapToLong(item -> item.length).sum();
        if (bytes > mostBytes) {
            throw new IllegalArgumentException("items of key \"" + key + "\" in map \"" + map + "\" have at most "
                    + mostBytes + " bytes (maxPayloadBytes), had " + bytes);
        }
        try {
            return Replies.list(writes.run(redis.get(), script, key, encoded));
        } catch (RedisReplyException e) {
            if (MapWrites.says(e, "PULSE_MAP_LIST")) {
                throw new MapValueException(
                        "key \"" + key + "\" in map \"" + map + "\" is no list: it is JSON, but no array of strings",
                        e);
            }
            throw e;
        }
    }

    private static ListChange change(List<@Nullable Object> reply) {
        return new ListChange(texts(Replies.list(reply.get(1))), MapWrites.isDone(reply.get(0)));
    }

    private static List<String> texts(List<@Nullable Object> items) {
        return items.stream().map(Replies::text).toList();
    }
}
