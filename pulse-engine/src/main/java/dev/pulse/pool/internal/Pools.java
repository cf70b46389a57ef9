package dev.pulse.pool.internal;

import dev.pulse.CloseResult;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.redis.Redis;
import dev.pulse.task.Closing;
import dev.pulse.task.Signals;
import dev.pulse.wire.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Opens the pools of one engine, and knows the handles that are open. Thread-safe. */
public final class Pools {
    private final Redis redis;
    private final Signals signals;
    private final String clientName;
    private final int mostBytes;
    private final Set<PoolHandle> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Asks Redis nothing yet.
     *
     * @param clientName what workers are listed under
     * @param mostBytes how large a payload may be
     */
    public Pools(Redis redis, Signals signals, String clientName, int mostBytes) {
        this.redis = redis;
        this.signals = signals;
        this.clientName = clientName;
        this.mostBytes = mostBytes;
    }

    /** A handle of a pool, which comes into being with the first. */
    public PoolNode open(String name, PoolOptions options) throws InterruptedException {
        Names.requirePoolName(name);
        requireOpen();
        PoolHandle handle = new PoolHandle(this, name, options);
        open.add(handle);
        boolean opened = false;
        try {
            handle.open();
            requireOpen();
            opened = true;
            return handle;
        } finally {
            if (!opened) {
                handle.close(System.nanoTime());
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this Pulse is closed");
        }
    }

    Redis redis() {
        return redis;
    }

    Signals signals() {
        return signals;
    }

    String clientName() {
        return clientName;
    }

    int mostBytes() {
        return mostBytes;
    }

    /** Nothing of it runs any more. */
    void forget(PoolHandle handle) {
        open.remove(handle);
    }

    /** Whether the calling thread runs a handler of one of them. */
    public boolean isCalledFromHandler() {
        return open.stream().anyMatch(Closing::isCalledFromHandler);
    }

    /** Closes all handles side by side, to one deadline by {@link System#nanoTime}. */
    public CloseResult close(long deadline) {
        closed = true;
        List<PoolHandle> all = List.copyOf(open);
        all.forEach(PoolHandle::stop);
        List<Supplier<CloseResult>> closings = new ArrayList<>();
        all.forEach(handle -> closings.add(() -> handle.close(deadline)));
        return Closing.sideBySide(closings);
    }
}
