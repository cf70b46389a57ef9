package dev.pulse.pool.internal;

import java.util.Optional;

/** Whom keys belong to, for tests that are elsewhere. */
public final class Owners {
    private Owners() {}

    /** The worker that a key belongs to, by the slots as Redis has them; empty when there is none. */
    public static Optional<String> ownerOf(String slots, String key) {
        return Ring.parse(0, slots).ownerOf(key);
    }
}
