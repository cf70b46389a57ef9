package dev.pulse.camel.map;

import dev.pulse.Pulse;
import dev.pulse.PulseListener;
import dev.pulse.camel.EngineLease;
import dev.pulse.camel.Lease;
import dev.pulse.camel.SharedHandles;
import dev.pulse.camel.watch.InUse;
import dev.pulse.map.MapOptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import org.apache.camel.CamelContext;

/**
 * The replicas of one CamelContext: one for each map with the same options in the same engine, whatever the codecs of the
 * endpoints, for a replica here is of bytes. Thread-safe.
 */
final class SharedMaps extends SharedHandles<SharedMaps.Key, ReplicatedMap<byte[]>> {
    record Key(Pulse pulse, String name, MapOptions options) {}

    private SharedMaps(CamelContext context) {
        super(context);
    }

    /** Those of this context. */
    static SharedMaps of(CamelContext context) {
        return of(context, SharedMaps.class, SharedMaps::new);
    }

    /**
     * Joins the map, or shares the replica that is there; takes the command time-out at most.
     *
     * @param engine ends with the lease that is returned, and also when none is
     * @param listener is told what happens to the replica from now on until the lease is closed
     */
    Lease<ReplicatedMap<byte[]>> acquire(EngineLease engine, String name, MapOptions options, PulseListener listener)
            throws InterruptedException {
        return acquire(new Key(engine.pulse(), name, options), listener, engine::close);
    }

    @Override
    protected ReplicatedMap<byte[]> open(Key key, PulseListener listener) throws InterruptedException {
        MapOptions options = key.options();
        return key.pulse()
                .map(
                        key.name(),
                        Codecs.bytes(),
                        new MapOptions(options.ttl(), options.checkPeriod(), options.stalenessBound(), listener));
    }

    @Override
    protected InUse<?> inUse(Key key, ReplicatedMap<byte[]> replica) {
        return new InUse.OfMap(key.pulse(), replica);
    }

    @Override
    protected void close(ReplicatedMap<byte[]> replica) {
        replica.close();
    }
}
