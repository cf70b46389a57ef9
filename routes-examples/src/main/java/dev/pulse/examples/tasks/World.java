package dev.pulse.examples.tasks;

/** What is outside of the studios, and the same for all of them. */
record World(Cameras cameras, Formats formats, Ledger ledger) {
    World() {
        this(new Cameras(), new Formats(), new Ledger());
    }
}
