package dev.pulse.camel.map;

import dev.pulse.map.ReplicatedMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.spi.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * An idempotent repository in a map: of all processes that add a key, one succeeds. Asking and adding is done in Redis, not
 * in the local replica.
 *
 * <p>With {@link #setExpiry} a key is forgotten that long after it was added. Processes compare it with the time of their
 * own clock, so clocks that differ make it that much longer or shorter. Keys that are forgotten are deleted a few at a time
 * when others are added; without an expiry all stay until {@link #clear()}.
 */
@Configurer(metadataOnly = true)
@Metadata(
        label = "bean",
        description = "An idempotent repository in a Pulse map, shared by all processes",
        annotations = {"interfaceName=org.apache.camel.spi.IdempotentRepository"})
@ManagedResource(description = "Idempotent repository in a Pulse map")
public class PulseIdempotentRepository extends MapService implements IdempotentRepository {
    private static final Duration SHORTEST_EXPIRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_EXPIRY = Duration.ofDays(3_650);
    /** So that whoever adds does not wait long. */
    private static final int SWEPT_AT_ONCE = 100;
    /** How often it looks, in parts of the expiry. */
    private static final int SWEEPS = 10;

    @Metadata(
            label = "common",
            javaType = "java.time.Duration",
            description = "How long a key is known after it was added, 1s to 3650d. Default for ever")
    private @Nullable Duration expiry;

    private final AtomicLong nextSweep = new AtomicLong();

    public PulseIdempotentRepository() {}

    /** In this map. */
    public PulseIdempotentRepository(String map) {
        setMap(map);
    }

    @Override
    protected void doInit() {
        if (expiry != null && (expiry.compareTo(SHORTEST_EXPIRY) < 0 || expiry.compareTo(LONGEST_EXPIRY) > 0)) {
            throw new IllegalArgumentException(
                    "expiry is " + SHORTEST_EXPIRY + " to " + LONGEST_EXPIRY + ", was " + expiry);
        }
    }

    @Override
    @ManagedOperation(description = "Adds the key; whether it was not there")
    public boolean add(String key) {
        return with(map -> {
            // first: a key that is added is not to be told as an exception
            sweep(map);
            return add(map, mapKey(key), now());
        });
    }

    private boolean add(ReplicatedMap<byte[]> map, String key, byte[] now) throws InterruptedException {
        while (!map.setIfAbsent(key, now)) {
            Optional<byte[]> known = map.getFresh(key);
            if (known.isPresent()) {
                return isExpired(known.get()) && map.testAndSet(key, known.get(), now);
            }
            // deleted in between
        }
        return true;
    }

    @Override
    @ManagedOperation(description = "Whether the key is there")
    public boolean contains(String key) {
        return with(map -> map.getFresh(mapKey(key)))
                .filter(added -> !isExpired(added))
                .isPresent();
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

    private static byte[] now() {
        return Long.toString(System.currentTimeMillis()).getBytes(StandardCharsets.US_ASCII);
    }

    private boolean isExpired(byte[] added) {
        return expiry != null
                && System.currentTimeMillis() - Long.parseLong(new String(added, StandardCharsets.US_ASCII))
                        >= expiry.toMillis();
    }

    /** Deletes some of what is expired; by one thread at a time, for it moves the time of the next sweep. */
    private void sweep(ReplicatedMap<byte[]> map) throws InterruptedException {
        long due = nextSweep.get();
        long now = System.currentTimeMillis();
        if (expiry == null || now < due || !nextSweep.compareAndSet(due, now + expiry.toMillis() / SWEEPS)) {
            return;
        }
        int swept = 0;
        for (Map.Entry<String, byte[]> each : map.snapshot().entrySet()) {
            if (isExpired(each.getValue())) {
                if (swept++ == SWEPT_AT_ONCE) {
                    nextSweep.set(now);
                    return;
                }
                map.testAndDelete(each.getKey(), each.getValue());
            }
        }
    }

    public @Nullable Duration getExpiry() {
        return expiry;
    }

    public void setExpiry(@Nullable Duration expiry) {
        this.expiry = expiry;
    }
}
