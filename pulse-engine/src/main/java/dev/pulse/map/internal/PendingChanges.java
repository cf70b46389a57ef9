package dev.pulse.map.internal;

import dev.pulse.map.MapChange;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The changes that wait for a watcher: so many one by one, and behind them one for each key. A key keeps its place there,
 * so that one that changes all the time is told of too. Thread-safe.
 */
final class PendingChanges<V> {
    private final int backlog;
    private final LongAdder coalesced;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final ArrayDeque<MapChange<V>> oneByOne = new ArrayDeque<>();
    private final Map<String, MapChange<V>> byKey = new LinkedHashMap<>();

    PendingChanges(int backlog, LongAdder coalesced) {
        this.backlog = backlog;
        this.coalesced = coalesced;
    }

    void add(MapChange<V> change) {
        lock.lock();
        try {
            if (byKey.isEmpty() && oneByOne.size() < backlog) {
                oneByOne.add(change);
                return;
            }
            MapChange<V> waiting = byKey.get(change.key());
            if (waiting == null) {
                byKey.put(change.key(), change);
                return;
            }
            coalesced.increment();
            MapChange<V> both = both(waiting, change);
            if (both == null) {
                byKey.remove(change.key());
            } else {
                byKey.put(change.key(), both);
            }
        } finally {
            lock.unlock();
        }
    }

    /** One for two changes of the same key; null when it was absent before and is again. */
    private static <V> @Nullable MapChange<V> both(MapChange<V> first, MapChange<V> second) {
        Optional<V> before = first.oldValue();
        Optional<V> now = second.newValue();
        if (before.isEmpty() && now.isEmpty()) {
            return null;
        }
        // what the watcher was not told yet was there when it began
        MapChange.Kind kind = first.kind() == MapChange.Kind.PRESENT ? MapChange.Kind.PRESENT : second.kind();
        return new MapChange<>(kind, second.key(), before, now, second.revision());
    }

    /** The next one; null when there is none. */
    @Nullable
    MapChange<V> poll() {
        lock.lock();
        try {
            MapChange<V> next = oneByOne.poll();
            if (next == null && !byKey.isEmpty()) {
                next = byKey.values().iterator().next();
                byKey.remove(next.key());
            }
            return next;
        } finally {
            lock.unlock();
        }
    }
}
