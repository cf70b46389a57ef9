package dev.pulse.examples.readme;

/** The payload of the snippets. */
record Order(String customer, int cents) {}
