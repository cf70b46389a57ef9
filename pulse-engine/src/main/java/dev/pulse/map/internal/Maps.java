package dev.pulse.map.internal;

import dev.pulse.CloseResult;
import dev.pulse.RedisUnavailableException;
import dev.pulse.map.MapOptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.redis.Redis;
import dev.pulse.stream.Codec;
import dev.pulse.task.Closing;
import dev.pulse.task.Signals;
import dev.pulse.wire.HashTag;
import dev.pulse.wire.MapKeys;
import dev.pulse.wire.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the replicas of one engine, and knows those that are open. Thread-safe. */
public final class Maps {
    private final Redis redis;
    private final Signals signals;
    private final int mostBytes;
    private final Set<MapHandle<?>> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private @Nullable Subscriptions subscriptions;
    private boolean closed;

    /**
     * Asks Redis nothing yet.
     *
     * @param mostBytes how large a value may be that is written
     */
    public Maps(Redis redis, Signals signals, int mostBytes) {
        this.redis = redis;
        this.signals = signals;
        this.mostBytes = mostBytes;
    }

    /** A replica with all of the content; takes the command time-out at most. */
    public <V> ReplicatedMap<V> join(String name, Codec<V> codec, MapOptions options) throws InterruptedException {
        Names.requireMapName(name);
        MapKeys keys = new MapKeys(redis.isCluster() ? HashTag.wrap("map name", name) : name);
        Redis call = redis.forOneCall();
        MapHandle<V> map = begin(name, keys, codec, options);
        boolean joined = false;
        try {
            if (!map.replication().awaitJoined(call.timeLeft())) {
                throw new RedisUnavailableException(
                        "map \"" + name + "\" was not joined within " + call.timeout() + ": "
                                + signals.health().why(),
                        null);
            }
            map.requireOpen();
            joined = true;
            return map;
        } finally {
            if (!joined) {
                map.close(System.nanoTime());
            }
        }
    }

    private <V> MapHandle<V> begin(String name, MapKeys keys, Codec<V> codec, MapOptions options) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this Pulse is closed");
            }
            if (subscriptions == null) {
                subscriptions = new Subscriptions(redis, signals);
            }
            MapHandle<V> map = new MapHandle<>(this, name, keys, new Values<>(name, codec, mostBytes), options);
            open.add(map);
            subscriptions.add(map);
            return map;
        } finally {
            lock.unlock();
        }
    }

    Redis redis() {
        return redis;
    }

    Signals signals() {
        return signals;
    }

    /** Nothing of it runs any more. */
    void forget(MapHandle<?> map) {
        open.remove(map);
    }

    void unsubscribe(MapHandle<?> map) {
        Subscriptions known;
        lock.lock();
        try {
            known = subscriptions;
        } finally {
            lock.unlock();
        }
        if (known != null) {
            known.remove(map);
        }
    }

    /** Whether the calling thread runs a watcher of one of them. */
    public boolean isCalledFromHandler() {
        return open.stream().anyMatch(Closing::isCalledFromHandler);
    }

    /** Closes all replicas side by side, to one deadline by {@link System#nanoTime}. */
    public CloseResult close(long deadline) {
        Subscriptions last;
        lock.lock();
        try {
            closed = true;
            last = subscriptions;
        } finally {
            lock.unlock();
        }
        List<MapHandle<?>> all = List.copyOf(open);
        all.forEach(MapHandle::stop);
        List<Supplier<CloseResult>> closings = new ArrayList<>();
        all.forEach(map -> closings.add(() -> map.close(deadline)));
        if (last != null) {
            closings.add(() -> {
                last.close(deadline);
                return CloseResult.drained();
            });
        }
        return closings.isEmpty() ? CloseResult.drained() : Closing.sideBySide(closings);
    }
}
