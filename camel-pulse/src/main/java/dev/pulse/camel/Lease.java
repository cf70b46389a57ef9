package dev.pulse.camel;

import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use something that others use, too, until it is closed; the last one to close it has it closed. Thread-safe. */
public final class Lease<T> implements AutoCloseable {
    private final T shared;
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Begins with this; {@code end} is what closing it means. */
    public Lease(T shared, Runnable end) {
        this.shared = shared;
        this.end = end;
    }

    public T get() {
        return shared;
    }

    /** Gives the right back; further calls do nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end.run();
        }
    }
}
