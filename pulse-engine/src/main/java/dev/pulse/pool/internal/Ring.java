package dev.pulse.pool.internal;

import dev.pulse.wire.KeyHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The slots of a pool's live workers at one version. A worker that leaves leaves a hole, which the next to join takes; so a
 * restart gets the same share back, and a leave moves no key but the leaver's.
 *
 * <p>The owner of a key is found by the {@linkplain KeyHash#jump jump hash} over all slots; where that meets a hole, the hash
 * is mixed by SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014) and jumps
 * again, so that the keys of a hole spread over all others.
 *
 * @param version greater with each change
 * @param slots the worker in each; empty for a hole. The last is no hole
 */
record Ring(long version, List<String> slots) {
    private static final int MOST_JUMPS = 64;

    Ring {
        slots = List.copyOf(slots);
    }

    /** What Redis keeps: the slots with commas between them. */
    static Ring parse(long version, String text) {
        return new Ring(version, text.isEmpty() ? List.of() : List.of(text.split(",", -1)));
    }

    /** The slots with commas between them. */
    String text() {
        return String.join(",", slots);
    }

    /** The live workers in the order of their slots. */
    List<String> workers() {
        return slots.stream().filter(slot -> !slot.isEmpty()).toList();
    }

    boolean contains(String worker) {
        return slots.contains(worker);
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Which worker a key belongs to; empty when there is none. */
    Optional<String> ownerOf(String key) {
        if (slots.isEmpty()) {
            return Optional.empty();
        }
        long hash = KeyHash.crc64(key);
        int slot = 0;
        for (int jumps = 0; jumps < MOST_JUMPS; jumps++) {
            slot = KeyHash.jump(hash, slots.size());
            if (!slots.get(slot).isEmpty()) {
                return Optional.of(slots.get(slot));
            }
            hash = mixed(hash);
        }
        return Optional.of(nextLive(slot));
    }

    private String nextLive(int from) {
        int slot = from;
        while (slots.get(slot).isEmpty()) {
            slot = (slot + 1) % slots.size();
        }
        return slots.get(slot);
    }

    private static long mixed(long hash) {
        long mixed = hash + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** The slots once this worker has joined: in the first hole, else behind the last. */
    List<String> joinedBy(String worker) {
        List<String> joined = new ArrayList<>(slots);
        int hole = joined.indexOf("");
        if (hole < 0) {
            joined.add(worker);
        } else {
            joined.set(hole, worker);
        }
        return List.copyOf(joined);
    }
}
