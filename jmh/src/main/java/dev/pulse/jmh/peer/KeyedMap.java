package dev.pulse.jmh.peer;

import org.jspecify.annotations.Nullable;

/** A client that also reads from the map, in local memory. */
public interface KeyedMap extends MapWriter {
    /** The value as it is known here; null when there is none. */
    byte @Nullable [] get(String key);
}
