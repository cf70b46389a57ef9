package dev.pulse.task;

import dev.pulse.Health;
import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where all loops of an engine report: what {@code health()} answers from, and what the listener is told. Thread-safe. */
public final class Signals {
    static final Logger LOG = LoggerFactory.getLogger("dev.pulse");
    private static final int LISTENER_BACKLOG = 1_000;

    private final PulseListener listener;
    private final Workers telling = new Workers("listener", 1);
    private final AtomicInteger untold = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final Set<LoopSignal> loops = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private Health.Status status = Health.Status.UP;
    private Instant since = Instant.now();

    public Signals(PulseListener listener) {
        this.listener = listener;
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
        if (signal.state().status() != Health.Status.UP) {
            changed();
        }
    }

    /** A loop is in another state, or gone: everything may be, too. */
    void changed() {
        lock.lock();
        try {
            Health.Status worst = loops.stream()
                    .map(loop -> loop.state().status())
                    .max(Comparator.naturalOrder())
                    .orElse(Health.Status.UP);
            if (worst != status) {
                status = worst;
                since = Instant.now();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells the listener, later and on a thread of its own; beyond 1,000 untold events new ones are dropped. */
    public void emit(PulseEvent event) {
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

    private void tell(PulseEvent event) {
        try {
            long lost = dropped.getAndSet(0);
            if (lost > 0) {
                LOG.warn("listener=slow state=caught-up dropped={}", lost);
            }
            listener.onEvent(event);
        } catch (RuntimeException | Error e) {
            LOG.warn("listener=failed event=\"{}\"", event, e);
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
        Optional<Health.Loop> worst = all.stream()
                .filter(loop -> loop.status() != Health.Status.UP)
                .max(Comparator.comparing(Health.Loop::status)
                        .thenComparing(Health.Loop::since, Comparator.reverseOrder()));
        return new Health(
                worst.map(Health.Loop::status).orElse(Health.Status.UP),
                since(),
                worst.map(loop -> loop.name() + ": " + loop.why()).orElse(""),
                all);
    }

    private Instant since() {
        lock.lock();
        try {
            return since;
        } finally {
            lock.unlock();
        }
    }
}
