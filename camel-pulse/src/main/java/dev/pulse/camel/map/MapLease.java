package dev.pulse.camel.map;

import dev.pulse.map.ReplicatedMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use a replica until it is closed; the last one to close it has it closed. Thread-safe. */
final class MapLease implements AutoCloseable {
    private final ReplicatedMap<byte[]> map;
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    MapLease(ReplicatedMap<byte[]> map, Runnable end) {
        this.map = map;
        this.end = end;
    }

    ReplicatedMap<byte[]> map() {
        return map;
    }

    /** Gives the right back; further calls do nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end.run();
        }
    }
}
