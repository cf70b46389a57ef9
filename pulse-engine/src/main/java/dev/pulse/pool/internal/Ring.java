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

    /** The live worker in the first slot, which has its turn before the others; empty when there is none. */
    String first() {
        for (String slot : slots) {
            if (!slot.isEmpty()) {
                return slot;
            }
        }
        return "";
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

    /** How many live workers have a slot before this one's; all of them when it has none. */
    int rankOf(String worker) {
        List<String> workers = workers();
        int rank = workers.indexOf(worker);
        return rank < 0 ? workers.size() : rank;
    }

    /** What it is once this worker has joined: in the slot of the one it replaces, in the first hole, or behind the last. */
    MemberScripts.RingChange joinedBy(String worker, String replaces) {
        List<String> after = new ArrayList<>(slots);
        int slot = replaces.isEmpty() ? -1 : after.indexOf(replaces);
        if (slot < 0) {
            slot = after.indexOf("");
        }
        if (slot < 0) {
            after.add(worker);
        } else {
            after.set(slot, worker);
        }
        return change(after, worker);
    }

    /** What it is once this worker has joined in a certain slot, if that is free; where not, as any other. */
    MemberScripts.RingChange joinedAt(int slot, String worker) {
        List<String> after = new ArrayList<>(slots);
        while (after.size() <= slot) {
            after.add("");
        }
        if (slot < 0 || !after.get(slot).isEmpty()) {
            return joinedBy(worker, "");
        }
        after.set(slot, worker);
        return change(after, worker);
    }

    /** What it is once this worker has left: its slot is a hole, and holes at the end are cut. */
    MemberScripts.RingChange leftBy(String worker) {
        List<String> after = new ArrayList<>(slots);
        after.replaceAll(slot -> slot.equals(worker) ? "" : slot);
        while (!after.isEmpty() && after.getLast().isEmpty()) {
            after.removeLast();
        }
        return change(after, worker);
    }

    private MemberScripts.RingChange change(List<String> after, String worker) {
        List<String> others = after.stream()
                .filter(slot -> !slot.isEmpty() && !slot.equals(worker))
                .toList();
        return new MemberScripts.RingChange(version, String.join(",", after), others);
    }
}
