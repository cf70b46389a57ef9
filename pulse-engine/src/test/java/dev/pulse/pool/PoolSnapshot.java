package dev.pulse.pool;

import dev.pulse.testing.RespClient;
import dev.pulse.wire.PoolKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that stands in Redis of one incarnation of a pool, at one moment.
 *
 * @param content by the names of keys without their prefix
 */
public record PoolSnapshot(Map<String, Value> content) {
    private static final String DUMP = dump();

    /** What stands under one key. */
    public sealed interface Value {
        /** In how many ms it expires; -1 for never. */
        long ttl();
    }

    /** A string. */
    public record Text(long ttl, String text) implements Value {}

    /** A hash. */
    public record Hash(long ttl, Map<String, String> fields) implements Value {}

    /** A set. */
    public record Members(long ttl, Set<String> members) implements Value {}

    /** A sorted set, in its order. */
    public record Scores(long ttl, Map<String, Double> scores) implements Value {}

    /** A stream. */
    public record Entries(long ttl, List<Entry> entries) implements Value {}

    /** What is none of a pool's. */
    public record Foreign(long ttl, String type) implements Value {}

    /** An entry of a stream. */
    public record Entry(String id, Map<String, String> fields) {
        /** A field; empty when it is not there. */
        public String field(String name) {
            return fields.getOrDefault(name, "");
        }
    }

    /** Takes it. */
    public static PoolSnapshot of(RespClient redis, PoolKeys keys) {
        return of(redis, keys.prefix());
    }

    /** The same of whatever has that prefix. */
    static PoolSnapshot of(RespClient redis, String prefix) {
        String pattern = prefix.replaceAll("[\\\\*?\\[\\]]", "\\\\$0") + "*";
        Map<String, Value> content = new TreeMap<>();
        for (Object found : redis.list("EVAL", DUMP, "0", pattern)) {
            List<?> parts = (List<?>) Objects.requireNonNull(found);
            String name = ((String) parts.get(0)).substring(prefix.length());
            content.put(name, value((String) parts.get(1), (Long) parts.get(2), (List<?>) parts.get(3)));
        }
        return new PoolSnapshot(content);
    }

    private static Value value(String type, long ttl, List<?> content) {
        return switch (type) {
            case "string" -> new Text(ttl, (String) content.getFirst());
            case "hash" -> new Hash(ttl, pairs(content));
            case "set" -> new Members(ttl, new TreeSet<>(texts(content)));
            case "zset" -> {
                Map<String, Double> scores = new LinkedHashMap<>();
                pairs(content).forEach((member, score) -> scores.put(member, Double.valueOf(score)));
                yield new Scores(ttl, scores);
            }
            case "stream" -> {
                List<Entry> entries = new ArrayList<>();
                for (Object entry : content) {
                    List<?> parts = (List<?>) Objects.requireNonNull(entry);
                    entries.add(new Entry((String) parts.get(0), pairs((List<?>) parts.get(1))));
                }
                yield new Entries(ttl, entries);
            }
            default -> new Foreign(ttl, type);
        };
    }

    private static List<String> texts(List<?> content) {
        return content.stream().map(String.class::cast).toList();
    }

    private static Map<String, String> pairs(List<?> content) {
        List<String> flat = texts(content);
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.put(flat.get(i), flat.get(i + 1));
        }
        return pairs;
    }

    private static String dump() {
        try (InputStream in =
                Objects.requireNonNull(PoolSnapshot.class.getResourceAsStream("/dev/pulse/pool/dump.lua"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands there; null if nothing does. */
    public @Nullable Value get(String name) {
        return content.get(name);
    }

    /** A hash; empty when there is none. */
    public Map<String, String> hash(String name) {
        return get(name) instanceof Hash hash ? hash.fields() : Map.of();
    }

    /** A set; empty when there is none. */
    public Set<String> members(String name) {
        return get(name) instanceof Members set ? set.members() : Set.of();
    }

    /** A sorted set; empty when there is none. */
    public Map<String, Double> scores(String name) {
        return get(name) instanceof Scores set ? set.scores() : Map.of();
    }

    /** A stream; empty when there is none. */
    public List<Entry> entries(String name) {
        return get(name) instanceof Entries stream ? stream.entries() : List.of();
    }

    /** The names that begin so, without that beginning. */
    public Set<String> names(String beginning) {
        Set<String> names = new TreeSet<>();
        content.keySet().stream()
                .filter(name -> name.startsWith(beginning))
                .forEach(name -> names.add(name.substring(beginning.length())));
        return names;
    }
}
