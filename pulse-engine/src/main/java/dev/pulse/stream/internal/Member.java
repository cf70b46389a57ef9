package dev.pulse.stream.internal;

import dev.pulse.wire.MapKeys;
import java.util.ArrayList;
import java.util.List;

/** Whom Redis is told of: one consumer of a sink of one stream. */
record Member(Incarnation incarnation, String sink, String consumer) {
    String stream() {
        return incarnation.stream();
    }

    /** The replicated maps that tell others of it: pairs of keep-alive and membership. */
    List<MapKeys> maps() {
        return incarnation.consumerMaps(sink);
    }

    /** The key of the stream, then those of the maps' contents. */
    List<Object> keys() {
        List<Object> keys = new ArrayList<>();
        keys.add(incarnation.physical());
        maps().forEach(map -> keys.add(map.content()));
        return keys;
    }

    /** The channels of the maps. */
    List<String> channels() {
        return maps().stream().map(MapKeys::channel).toList();
    }
}
