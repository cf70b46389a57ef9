package dev.pulse.camel.map;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import dev.pulse.camel.EngineLease;
import dev.pulse.map.MapOptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one CamelContext: one for each map with the same options in the same engine, whatever the codecs of the
 * endpoints, for a replica here is of bytes. Opened when the first one needs it, closed when the last one let go of it.
 * Thread-safe.
 */
final class SharedMaps {
    private static final ReentrantLock MAKING = new ReentrantLock();

    private final ReentrantLock counting = new ReentrantLock();
    /* guarded by counting */
    private final Map<Key, Shared> maps = new HashMap<>();

    private record Key(Pulse pulse, String name, MapOptions options) {}

    private SharedMaps() {}

    /** Those of this context. */
    static SharedMaps of(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        MAKING.lock();
        try {
            SharedMaps maps = extension.getContextPlugin(SharedMaps.class);
            if (maps == null) {
                maps = new SharedMaps();
                extension.addContextPlugin(SharedMaps.class, maps);
            }
            return maps;
        } finally {
            MAKING.unlock();
        }
    }

    /**
     * Joins the map, or shares the replica that is there; takes the command time-out at most.
     *
     * @param engine ends with the lease that is returned, and also when none is
     * @param listener is told what happens to the replica from now on until the lease is closed
     */
    MapLease acquire(EngineLease engine, String name, MapOptions options, PulseListener listener)
            throws InterruptedException {
        Key key = new Key(engine.pulse(), name, options);
        Shared shared;
        counting.lock();
        try {
            shared = maps.computeIfAbsent(key, Shared::new);
            shared.users++;
        } finally {
            counting.unlock();
        }
        shared.listeners.add(listener);
        Runnable end = () -> {
            shared.listeners.remove(listener);
            release(key, shared);
            engine.close();
        };
        boolean opened = false;
        try {
            MapLease lease = new MapLease(shared.open(), end);
            opened = true;
            return lease;
        } finally {
            if (!opened) {
                end.run();
            }
        }
    }

    private void release(Key key, Shared shared) {
        counting.lock();
        try {
            shared.users--;
            if (shared.users > 0) {
                return;
            }
            maps.remove(key);
        } finally {
            counting.unlock();
        }
        shared.close();
    }

    /** One replica; nobody opens it any more when it is closed. */
    private static final class Shared {
        private final Key key;
        private final List<PulseListener> listeners = new CopyOnWriteArrayList<>();
        private final ReentrantLock opening = new ReentrantLock();
        /* guarded by opening */
        private @Nullable ReplicatedMap<byte[]> map;
        /* guarded by counting */
        private int users;

        Shared(Key key) {
            this.key = key;
        }

        /** Those who come while it is being opened wait for that; when it fails, the next one tries. */
        ReplicatedMap<byte[]> open() throws InterruptedException {
            opening.lockInterruptibly();
            try {
                ReplicatedMap<byte[]> opened = map;
                if (opened == null) {
                    MapOptions options = key.options();
                    opened = key.pulse()
                            .map(
                                    key.name(),
                                    Codecs.bytes(),
                                    new MapOptions(
                                            options.ttl(),
                                            options.checkPeriod(),
                                            options.stalenessBound(),
                                            this::tell));
                    map = opened;
                }
                return opened;
            } finally {
                opening.unlock();
            }
        }

        private void tell(PulseEvent event) {
            listeners.forEach(listener -> listener.onEvent(event));
        }

        void close() {
            opening.lock();
            try {
                if (map != null) {
                    map.close();
                }
            } finally {
                opening.unlock();
            }
        }
    }
}
