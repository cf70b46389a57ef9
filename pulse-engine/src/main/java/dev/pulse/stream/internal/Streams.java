package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.redis.Redis;
import dev.pulse.stream.Codec;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Retention;
import dev.pulse.task.Closing;
import dev.pulse.task.Signals;
import dev.pulse.wire.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Makes the handles of one engine's streams, and knows the readers and sinks that are open. Thread-safe. */
public final class Streams {
    private final Redis redis;
    private final Signals signals;
    private final EventLimits limits;
    private final Set<Closing> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Streams(Redis redis, Signals signals, EventLimits limits) {
        this.redis = redis;
        this.signals = signals;
        this.limits = limits;
    }

    /** A handle; asks Redis nothing. */
    public <T> EventStream<T> stream(String name, Codec<T> codec, Optional<Retention> wish) {
        Names.requireStreamName(name);
        return new StreamHandle<>(this, new StreamRecord(redis, name, wish), new Entries<>(codec, limits));
    }

    Redis redis() {
        return redis;
    }

    Signals signals() {
        return signals;
    }

    /** Throws when this closes: what was opened now would be closed at once. */
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this Pulse is closed");
        }
    }

    <C extends Closing> C register(C opened) {
        open.add(opened);
        if (closed) {
            opened.close(System.nanoTime());
        }
        requireOpen();
        return opened;
    }

    /** Has the consumers of this sink that are open here look for what others gave back. */
    void lookForClaims(String stream, String sink) {
        for (Closing each : open) {
            if (each instanceof StreamSink<?> consumer && consumer.name().equals(sink)) {
                consumer.lookForClaims(stream);
            }
        }
    }

    void forget(Closing closing) {
        open.remove(closing);
    }

    /** Whether the calling thread runs a handler of one of them. */
    public boolean isCalledFromHandler() {
        return open.stream().anyMatch(Closing::isCalledFromHandler);
    }

    /**
     * Closes all readers and sinks side by side, to one deadline by {@link System#nanoTime}: one after another, each
     * would wait anew for a Redis that is gone. An interrupt reaches all of them, and stays set.
     */
    public CloseResult close(long deadline) {
        closed = true;
        List<Closing> all = List.copyOf(open);
        all.forEach(Closing::stop);
        List<Supplier<CloseResult>> closings = new ArrayList<>();
        all.forEach(closing -> closings.add(() -> closing.close(deadline)));
        return Closing.sideBySide(closings);
    }
}
