package dev.pulse.camel.map;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import dev.pulse.map.ReplicatedMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
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
    public PulseIdempotentRepository() {}

    /** In this map. */
    public PulseIdempotentRepository(String map) {
        setMap(map);
    }

    /**
     * Adds the key; whether it was not there. When the reply of Redis is lost, it finds out.
     *
     * @throws OutcomeUnknownException when that failed too, or the thread was interrupted: it may be there
     */
    @Override
    @ManagedOperation(description = "Adds the key; whether it was not there")
    public boolean add(String key) {
        byte[] own = Long.toHexString(ThreadLocalRandom.current().nextLong()).getBytes(StandardCharsets.US_ASCII);
        return with(map -> {
            try {
                return map.setIfAbsent(mapKey(key), own);
            } catch (OutcomeUnknownException e) {
                return wasAdded(map, mapKey(key), own, e);
            }
        });
    }

    /** By the value, which is that of one adding only. A key that is taken for another's is one that nobody processes. */
    private static boolean wasAdded(
            ReplicatedMap<byte[]> map, String key, byte[] own, OutcomeUnknownException unknown) {
        try {
            // where it is absent, the first adding was lost or is still under way; both have the same value
            return has(map, key, own) || map.setIfAbsent(key, own) || has(map, key, own);
        } catch (PulseException e) {
            unknown.addSuppressed(e);
            throw unknown;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown;
        }
    }

    private static boolean has(ReplicatedMap<byte[]> map, String key, byte[] value) throws InterruptedException {
        return map.getFresh(key)
                .filter(present -> Arrays.equals(present, value))
                .isPresent();
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
