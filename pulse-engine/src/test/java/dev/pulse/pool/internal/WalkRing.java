package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The ring of a walk: which slot a key has is made up, so that it is known who owns what. */
final class WalkRing {
    /** The slot of each key among so many slots; a hole is passed on to the next one that is none. */
    private static final int[][] SLOTS = {{0, 1, 1, 3, 3, 3}, {0, 0, 2, 2, 2, 2}};

    private WalkRing() {}

    /** The owner of a key. */
    static int owner(RedisImage image, int key) {
        int[] ring = image.ring();
        for (int i = 0; i < ring.length; i++) {
            int worker = ring[(SLOTS[key][ring.length - 1] + i) % ring.length];
            if (worker != NONE) {
                return worker;
            }
        }
        return NONE;
    }

    static boolean contains(int[] ring, int worker) {
        return Arrays.stream(ring).anyMatch(slot -> slot == worker);
    }

    /** The ring with a worker more: in the slot of the one it replaces, else the first hole, else at the end. */
    static String with(RedisImage image, int worker, int replaced) {
        List<Integer> slots =
                new ArrayList<>(Arrays.stream(image.ring()).boxed().toList());
        boolean inPlace = replaced != NONE && (image.isLive(replaced) || image.isExpired(replaced));
        int at = inPlace && slots.contains(replaced) ? slots.indexOf(replaced) : slots.indexOf(NONE);
        if (at < 0) {
            slots.add(worker);
        } else {
            slots.set(at, worker);
        }
        return text(slots);
    }

    static String without(RedisImage image, int worker) {
        List<Integer> slots =
                new ArrayList<>(Arrays.stream(image.ring()).boxed().toList());
        slots.replaceAll(slot -> slot == worker ? NONE : slot);
        while (!slots.isEmpty() && slots.getLast() == NONE) {
            slots.removeLast();
        }
        return text(slots);
    }

    private static String text(List<Integer> slots) {
        return slots.stream().map(slot -> slot == NONE ? "" : "w" + slot).collect(Collectors.joining(","));
    }
}
