package dev.pulse.jmh.peer;

/** A client that writes to a map. Used by many threads at once, if not said otherwise. */
public interface MapWriter extends AutoCloseable {
    /** Sets the value and waits until Redis has it. */
    Object set(String key, byte[] value) throws Exception;

    @Override
    void close();
}
