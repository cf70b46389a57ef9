package dev.pulse.map;

import java.util.Optional;

/**
 * What happened to one key, as a watcher sees it.
 *
 * @param kind what it was
 * @param key the key
 * @param oldValue the value before; empty when there was none
 * @param newValue the value now; empty when there is none
 * @param revision the map's revision with this change. It grows from change to change of a key, and of all keys as long as
 *     the watcher keeps up; it goes back where Redis went back to an older state
 */
public record MapChange<V>(Kind kind, String key, Optional<V> oldValue, Optional<V> newValue, long revision) {
    /** What happened. */
    public enum Kind {
        /** It was there when the watch began. */
        PRESENT,
        /** It has a value, a first one or another than before. */
        SET,
        /** It is gone. */
        DELETE,
        /** It is gone with all other keys: the map was reset. */
        RESET,
        /** It is gone with all other keys: the map was destroyed. */
        DESTROY
    }
}
