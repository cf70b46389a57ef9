package dev.pulse.examples.tasks;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The formats of pictures that the studios have learned. Thread-safe. */
final class Formats {
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    Formats() {
        known.add("jpg");
    }

    boolean isKnown(String format) {
        return known.contains(format);
    }

    /** From now on it is known. */
    void learn(String format) {
        known.add(format);
    }
}
