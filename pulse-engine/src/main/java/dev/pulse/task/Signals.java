package dev.pulse.task;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where all loops of an engine report: what {@code health()} answers from, and what the listener is told. Thread-safe. */
public final class Signals {
    static final Logger LOG = LoggerFactory.getLogger("dev.pulse");
    private static final int LISTENER_BACKLOG = 1_000;

    private final PulseListener listener;
    private final PulseListener own;
    private final Workers telling;
    private final AtomicInteger untold;
    private final AtomicLong dropped;
    private final Set<LoopSignal> loops;
    private final Instant started;

    public Signals(PulseListener listener) {
        this.listener = listener;
        this.own = event -> {};
        this.telling = new Workers("listener", 1);
        this.untold = new AtomicInteger();
        this.dropped = new AtomicLong();
        this.loops = ConcurrentHashMap.newKeySet();
        this.started = Instant.now();
    }

    private Signals(Signals shared, PulseListener own) {
        this.listener = shared.listener;
        this.own = own;
        this.telling = shared.telling;
        this.untold = shared.untold;
        this.dropped = shared.dropped;
        this.loops = shared.loops;
        this.started = shared.started;
    }

    /**
     * The same for one reader or sink: what it emits is told its own listener first, at once, by the thread that emits it.
     */
    public Signals withOwn(PulseListener own) {
        return new Signals(this, own);
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
        loops.remove(signal);
    }

    /** Tells the listener, later and on a thread of its own; beyond 1,000 untold events new ones are dropped. */
    public void emit(PulseEvent event) {
        tell(own, event);
        if (untold.incrementAndGet() > LISTENER_BACKLOG) {
            untold.decrementAndGet();
            if (dropped.getAndIncrement() == 0) {
                LOG.warn("listener=slow state=dropping event=\"{}\"", event);
            }
            return;
        }
        telling.execute(() -> tell(event));
    }

    /** How many events were dropped since the listener last caught up. */
    long dropped() {
        return dropped.get();
    }

    private static void tell(PulseListener listener, PulseEvent event) {
        try {
            listener.onEvent(event);
        } catch (RuntimeException | Error e) {
            LOG.warn("listener=failed event=\"{}\"", event, e);
        }
    }

    private void tell(PulseEvent event) {
        try {
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                LOG.warn("listener=slow state=caught-up dropped={}", lost);
            }
            tell(listener, event);
        } finally {
            untold.decrementAndGet();
        }
    }

    /** How all loops get on at this moment. */
    public Health health() {
        List<Health.Loop> all = loops.stream()
                .map(LoopSignal::state)
                .sorted(Comparator.comparing(Health.Loop::name))
                .toList();
        return all.stream()
                .filter(loop -> loop.status() != Health.Status.UP)
                .max(Comparator.comparing(Health.Loop::status)
                        .thenComparing(Health.Loop::since, Comparator.reverseOrder()))
                .map(worst -> new Health(worst.status(), worst.since(), worst.name() + ": " + worst.why(), all))
                .orElseGet(() -> new Health(Health.Status.UP, upSince(all), "", all));
    }

    private Instant upSince(List<Health.Loop> all) {
        return all.stream()
                .map(Health.Loop::since)
                .max(Comparator.naturalOrder())
                .orElse(started);
    }
}
