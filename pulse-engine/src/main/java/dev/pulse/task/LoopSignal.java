package dev.pulse.task;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import java.time.Instant;

/** What one loop tells of itself: it works, or it fails and why. Each change is logged once and told the listener. */
public final class LoopSignal implements AutoCloseable {
    private final Signals signals;
    private final String name;
    private final boolean vital;
    private volatile Health.Loop state;

    LoopSignal(Signals signals, String name, boolean vital) {
        this.signals = signals;
        this.name = name;
        this.vital = vital;
        this.state = new Health.Loop(name, Health.Status.UP, Instant.now(), "");
    }

    public String name() {
        return name;
    }

    /** It did its work. */
    public void works() {
        if (state.status() != Health.Status.UP) {
            change(Health.Status.UP, "");
            Signals.LOG.info("loop={} state=restored", name);
            signals.emit(new PulseEvent.ConnectionRestored(name));
        }
    }

    /** It cannot do its work. */
    public void fails(Throwable cause) {
        String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        Health.Loop before = state;
        if (before.status() != Health.Status.UP) {
            // what hinders it now, which may be clearer than what it was at first; told by health only
            state = new Health.Loop(name, before.status(), before.since(), why);
        } else {
            change(vital ? Health.Status.DOWN : Health.Status.DEGRADED, why);
            Signals.LOG.warn("loop={} state=failing cause=\"{}\"", name, why);
            Signals.LOG.debug("loop={} state=failing", name, cause);
            signals.emit(new PulseEvent.ConnectionLost(name, why));
        }
    }

    /** It works, but what it does shows trouble ahead; empty when that is over. Logged once, no connection's affair. */
    public void warns(String why) {
        if (!why.isEmpty() && state.status() == Health.Status.UP) {
            change(Health.Status.DEGRADED, why);
            Signals.LOG.warn("loop={} state=warning cause=\"{}\"", name, why);
        } else if (why.isEmpty() && state.status() != Health.Status.UP) {
            change(Health.Status.UP, "");
            Signals.LOG.info("loop={} state=warning-over", name);
        }
    }

    private void change(Health.Status status, String why) {
        state = new Health.Loop(name, status, Instant.now(), why);
        signals.changed();
    }

    Health.Loop state() {
        return state;
    }

    /** The loop ended; it no longer counts. */
    @Override
    public void close() {
        signals.forget(this);
    }
}
