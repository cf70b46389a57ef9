package dev.pulse.pool.internal;

import java.util.LinkedHashMap;
import java.util.Map;

/** The entries that were touched last; older ones are forgotten. */
final class Latest<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1L;

    private final int most;

    Latest(int most) {
        super(16, 0.75f, true);
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > most;
    }
}
