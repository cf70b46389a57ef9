package dev.pulse.map;

import dev.pulse.testing.RespClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A map with other eyes than the engine's: its hash in Redis. */
record RawMap(RespClient raw, String name) {
    String content() {
        return "map:" + name + ":content";
    }

    String channel() {
        return "map:" + name + ":updates";
    }

    /** The entries without the reserved fields. */
    Map<String, String> entries() {
        Map<String, String> fields = new HashMap<>();
        List<?> reply = raw.list("HGETALL", content());
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        fields.remove("=rev");
        fields.remove("=kind");
        return fields;
    }

    long revision() {
        Object revision = raw.call("HGET", content(), "=rev");
        return revision == null ? 0 : Long.parseLong((String) revision);
    }

    long number(String... command) {
        return (Long) Objects.requireNonNull(raw.call(command));
    }
}
