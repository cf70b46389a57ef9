package dev.pulse.testing;

import java.util.concurrent.ThreadLocalRandom;

/**
 * What the names of one test begin with, unique to each run of it, so that tests can share a Redis.
 *
 * @param value lower-case letters and digits with a hyphen at the end
 */
public record Prefix(String value) {
    static Prefix random() {
        long bits = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        return new Prefix("t" + Long.toString(bits, Character.MAX_RADIX) + "-");
    }

    /** A name of this test's own. */
    public String name(String rest) {
        return value + rest;
    }

    @Override
    public String toString() {
        return value;
    }
}
