package dev.pulse.camel;

import dev.pulse.Pulse;
import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use an engine until it is closed; what that means for the engine is its owner's business. */
public final class EngineLease implements AutoCloseable {
    private final Pulse pulse;
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    EngineLease(Pulse pulse, Runnable end) {
        this.pulse = pulse;
        this.end = end;
    }

    public Pulse pulse() {
        return pulse;
    }

    /** Gives the right back; further calls do nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end.run();
        }
    }
}
