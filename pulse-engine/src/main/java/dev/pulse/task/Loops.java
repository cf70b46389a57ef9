package dev.pulse.task;

import dev.pulse.Health;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** All loops of an engine, and how the whole of them gets on since when. Thread-safe. */
final class Loops {
    private final Set<LoopSignal> all = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private Health.Status status = Health.Status.UP;
    private Instant since = Instant.now();

    void add(LoopSignal signal) {
        all.add(signal);
    }

    void forget(LoopSignal signal) {
        all.remove(signal);
        if (signal.state().status() != Health.Status.UP) {
            changed();
        }
    }

    /** A loop is in another state, or gone: everything may be, too. */
    void changed() {
        lock.lock();
        try {
            Health.Status worst = all.stream()
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

    Health health() {
        List<Health.Loop> states = all.stream()
                .map(LoopSignal::state)
                .sorted(Comparator.comparing(Health.Loop::name))
                .toList();
        Optional<Health.Loop> worst = states.stream()
                .filter(loop -> loop.status() != Health.Status.UP)
                .max(Comparator.comparing(Health.Loop::status)
                        .thenComparing(Health.Loop::since, Comparator.reverseOrder()));
        return new Health(
                worst.map(Health.Loop::status).orElse(Health.Status.UP),
                since(),
                worst.map(loop -> loop.name() + ": " + loop.why()).orElse(""),
                states);
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
