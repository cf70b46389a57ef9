package dev.pulse.jmh.peer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A {@link ConcurrentHashMap}, which nobody else knows of. */
public final class LocalMap implements KeyedMap {
    private final Map<String, byte[]> map = new ConcurrentHashMap<>();

    @Override
    public byte @Nullable [] get(String key) {
        return map.get(key);
    }

    @Override
    public Object set(String key, byte[] value) {
        // a copy, as whoever got the key from elsewhere has: the very same object would be found without a look at it
        map.put(String.copyValueOf(key.toCharArray()), value);
        return map;
    }

    @Override
    public void close() {
        // holds nothing open
    }
}
