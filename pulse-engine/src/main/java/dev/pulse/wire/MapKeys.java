package dev.pulse.wire;

import java.util.Objects;

/**
 * Where a replicated map stands in Redis, as in Go's {@code rmap}.
 *
 * @param name the map's name as it goes into keys: on Redis Cluster already wrapped in its hash tag. Names that users
 *     choose were checked by {@link Names#requireMapName} before; those of streams' own maps would be refused there
 */
public record MapKeys(String name) {
    public MapKeys {
        Objects.requireNonNull(name, "name");
    }

    /** The hash with the entries, and with the fields {@code =rev} and {@code =kind}. */
    public String content() {
        return "map:" + name + ":content";
    }

    /** The pub/sub channel on which each committed change is told as a {@link MapMessage}. */
    public String channel() {
        return "map:" + name + ":updates";
    }
}
