package dev.pulse.task;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where all loops of an engine report: what {@code health()} answers from, and what the listener is told. Thread-safe. */
public final class Signals {
    static final Logger LOG = LoggerFactory.getLogger("dev.pulse");

    private final Loops loops;
    private final Telling telling;
    private final PulseListener own;

    public Signals(PulseListener listener) {
        this(new Loops(), new Telling(listener), event -> {});
    }

    private Signals(Loops loops, Telling telling, PulseListener own) {
        this.loops = loops;
        this.telling = telling;
        this.own = own;
    }

    /**
     * The same for one reader or sink: what it emits is told its own listener first, at once, by the thread that emits it.
     */
    public Signals withOwn(PulseListener own) {
        return new Signals(loops, telling, own);
    }

    /** A listener that is told of each event later, on a thread of its own, as that of the engine is. */
    public static PulseListener later(PulseListener listener) {
        return new Telling(listener)::later;
    }

    /**
     * The signal of a new loop.
     *
     * @param name kind and subject, such as {@code sink users/mails read}
     * @param vital whether without it nothing works
     */
    public LoopSignal loop(String name, boolean vital) {
        LoopSignal signal = new LoopSignal(this, name, vital);
        loops.add(signal);
        return signal;
    }

    void forget(LoopSignal signal) {
        loops.forget(signal);
    }

    /** A loop is in another state. */
    void changed() {
        loops.changed();
    }

    /** Tells the listener, later and on a thread of its own; beyond 1,000 untold events new ones are dropped. */
    public void emit(PulseEvent event) {
        Telling.now(own, event);
        telling.later(event);
    }

    /** How many events were dropped since the listener last caught up. */
    long dropped() {
        return telling.dropped();
    }

    /** How all loops get on at this moment. */
    public Health health() {
        return loops.health();
    }
}
