package dev.pulse.examples.tasks;

/** A node: polls, makes thumbnails, plans and tells. Closing it hands its jobs over. */
interface Studio extends AutoCloseable {
    @Override
    void close();
}
