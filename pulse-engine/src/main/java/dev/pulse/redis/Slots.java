package dev.pulse.redis;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Which node serves which of the 16,384 slots of a cluster. Thread-safe. */
final class Slots {
    private static final int COUNT = 16_384;

    private final AtomicReferenceArray<@Nullable Address> owner = new AtomicReferenceArray<>(COUNT);
    private final Set<Address> owners = new LinkedHashSet<>();
    private final Set<Address> nodes = new LinkedHashSet<>();

    private Slots() {}

    /**
     * Reads the reply of CLUSTER SLOTS.
     *
     * @param asked who gave it; stands for hosts that it does not name
     */
    static Slots parse(List<?> reply, Address asked) {
        Slots slots = new Slots();
        for (Object range : reply) {
            List<?> parts = (List<?>) range;
            Address primary = node(parts.get(2), asked);
            slots.owners.add(primary);
            for (int slot = number(parts.get(0)); slot <= number(parts.get(1)); slot++) {
                slots.owner.set(slot, primary);
            }
            parts.subList(2, parts.size()).forEach(node -> slots.nodes.add(node(node, asked)));
        }
        return slots;
    }

    private static Address node(Object node, Address asked) {
        List<?> parts = (List<?>) node;
        String host = parts.getFirst() instanceof byte[] name ? new String(name, StandardCharsets.UTF_8) : "";
        return Address.told(host, number(parts.get(1)), asked);
    }

    private static int number(Object reply) {
        return Math.toIntExact((Long) reply);
    }

    /** Who serves the slot of this key; null while nobody does. */
    @Nullable
    Address ownerOf(byte[] key) {
        return owner.get(JedisClusterCRC16.getSlot(key));
    }

    /** Somebody who serves slots; null while nobody does. */
    @Nullable
    Address anyOwner() {
        return owners.isEmpty() ? null : owners.iterator().next();
    }

    /** A redirection told it. */
    void learn(int slot, Address to) {
        owner.set(slot, to);
    }

    /** Who served slots when the map was made. */
    Set<Address> owners() {
        return owners;
    }

    /** These and their replicas. */
    Set<Address> nodes() {
        return nodes;
    }
}
