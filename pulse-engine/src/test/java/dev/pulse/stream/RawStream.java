package dev.pulse.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pulse.testing.RespClient;
import dev.pulse.wire.Names;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A stream with other eyes than the engine's: its keys in Redis, and what Go's v1.10.2 wrote into them. */
record RawStream(RespClient raw, String name) {
    private static final JsonNode GOLDEN = readGolden();

    String flat() {
        return "pulse:stream:" + name;
    }

    String physical(int generation) {
        return generation == 1 ? flat() : flat() + ":generation:" + generation;
    }

    String owned(int generation, String rest) {
        return flat() + ":generation:" + generation + ":" + rest;
    }

    String lifecycle() {
        return flat() + ":lifecycle";
    }

    /** Writes a lifecycle record as another program would. */
    void write(int generation, String state, String retention) {
        raw.call(
                "HSET",
                lifecycle(),
                "generation",
                Integer.toString(generation),
                "state",
                state,
                "physical_key",
                physical(generation),
                "retention_config",
                retention);
    }

    Map<String, String> record() {
        return hash(lifecycle());
    }

    @Nullable
    String retentionConfig() {
        return record().get("retention_config");
    }

    Map<String, String> hash(String key) {
        Map<String, String> fields = new TreeMap<>();
        List<?> reply = raw.list("HGETALL", key);
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        return fields;
    }

    long length(String key) {
        return number("XLEN", key);
    }

    /** How long the key still lives, in milliseconds; -1 for ever, -2 when it is not there. */
    long pttl(String key) {
        return number("PTTL", key);
    }

    long number(String... command) {
        return (Long) Objects.requireNonNull(raw.call(command));
    }

    /** All keys in Redis that have the stream's name in them. */
    TreeSet<String> keys() {
        TreeSet<String> keys = new TreeSet<>();
        raw.list("KEYS", "*" + name + "*").forEach(key -> keys.add((String) key));
        return keys;
    }

    /** The number of a statistic of INFO. */
    long info(String field) {
        return raw.text("INFO", "all")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(field.length() + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    /** What Go wrote, at this JSON pointer below {@code /stream}. */
    static JsonNode golden(String pointer) {
        JsonNode found = GOLDEN.at("/stream" + pointer);
        if (found.isMissingNode()) {
            throw new IllegalArgumentException("nothing at " + pointer);
        }
        return found;
    }

    private static JsonNode readGolden() {
        try (InputStream in = Names.class.getResourceAsStream("golden.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
