package dev.pulse.examples.pool;

/** What the operator wishes: how many milliseconds are to pass between two mails of a series, as a flag says it. */
public final class Pace {
    private static final String SLOW = "450";
    private static final String FAST = "150";

    private volatile String current = FAST;

    Pace() {}

    /** The other one. */
    public String next() {
        current = current.equals(FAST) ? SLOW : FAST;
        return current;
    }

    String current() {
        return current;
    }
}
