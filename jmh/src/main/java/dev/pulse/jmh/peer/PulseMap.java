package dev.pulse.jmh.peer;

import dev.pulse.Pulse;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import org.jspecify.annotations.Nullable;

/** Pulse: a replica. */
public final class PulseMap implements KeyedMap {
    private final Pulse pulse;
    private final ReplicatedMap<byte[]> map;

    public PulseMap(String host, int port, String name) throws InterruptedException {
        pulse = Pulse.connect("redis://" + host + ":" + port);
        map = pulse.map(name, Codecs.bytes());
    }

    /** The replica itself. */
    public ReplicatedMap<byte[]> map() {
        return map;
    }

    @Override
    public byte @Nullable [] get(String key) {
        return map.get(key);
    }

    @Override
    public Object set(String key, byte[] value) throws InterruptedException {
        return map.set(key, value);
    }

    @Override
    public void close() {
        pulse.close();
    }
}
