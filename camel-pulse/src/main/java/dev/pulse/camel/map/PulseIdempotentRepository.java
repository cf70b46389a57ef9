package dev.pulse.camel.map;

import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.spi.Metadata;

/**
 * An idempotent repository in a map: of all processes that add a key, one succeeds. Asking and adding is done in Redis, not
 * in the local replica.
 *
 * <p>No key has a time of its own. What was added stays, in Redis and in the memory of every process, until it is removed,
 * until {@link #clear()}, or until the time of the whole map is over, which the options {@code ttl} and {@code slidingTtl}
 * of the endpoint set and Redis measures: then all keys go together.
 */
@Configurer(metadataOnly = true)
@Metadata(
        label = "bean",
        description = "An idempotent repository in a Pulse map, shared by all processes",
        annotations = {"interfaceName=org.apache.camel.spi.IdempotentRepository"})
@ManagedResource(description = "Idempotent repository in a Pulse map")
public class PulseIdempotentRepository extends MapService implements IdempotentRepository {
    private static final byte[] PRESENT = {'1'};

    public PulseIdempotentRepository() {}

    /** In this map. */
    public PulseIdempotentRepository(String map) {
        setMap(map);
    }

    @Override
    @ManagedOperation(description = "Adds the key; whether it was not there")
    public boolean add(String key) {
        return with(map -> map.setIfAbsent(mapKey(key), PRESENT));
    }

    @Override
    @ManagedOperation(description = "Whether the key is there")
    public boolean contains(String key) {
        return with(map -> map.getFresh(mapKey(key))).isPresent();
    }

    @Override
    @ManagedOperation(description = "Removes the key; whether it was there")
    public boolean remove(String key) {
        return with(map -> map.delete(mapKey(key))).isPresent();
    }

    /** What was added is known to all already. */
    @Override
    public boolean confirm(String key) {
        return true;
    }

    @Override
    @ManagedOperation(description = "Removes all keys")
    public void clear() {
        with(map -> {
            map.reset();
            return map;
        });
    }
}
