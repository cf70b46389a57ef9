package dev.pulse.camel.watch;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/** The holders that have the same names, and what their numbers come to. Thread-safe. */
final class MeterGroup<F> {
    private final List<Measure<F>> measures;
    private final List<Asked<F>> holders = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** What holders that are gone have counted, by measure; guarded by lock. */
    private final double[] counted;

    MeterGroup(List<Measure<F>> measures) {
        this.measures = measures;
        this.counted = new double[measures.size()];
    }

    void add(Asked<F> holder) {
        holders.add(holder);
    }

    List<Asked<F>> holders() {
        return holders;
    }

    List<Measure<F>> measures() {
        return measures;
    }

    /** A holder is gone; what it has counted stays. */
    void retire(Asked<F> holder) {
        lock.lock();
        try {
            F last = holder.known();
            for (int i = 0; i < counted.length && last != null; i++) {
                counted[i] += measures.get(i).value().applyAsDouble(last);
            }
            holders.remove(holder);
        } finally {
            lock.unlock();
        }
    }

    /** What this measure comes to. */
    double value(int measure) {
        lock.lock();
        try {
            double[] values = holders.stream()
                    .map(Asked::known)
                    .filter(Objects::nonNull)
                    .mapToDouble(measures.get(measure).value())
                    .toArray();
            return switch (measures.get(measure).kind()) {
                case COUNT -> counted[measure] + Arrays.stream(values).sum();
                case SUM ->
                    values.length == 0 ? Double.NaN : Arrays.stream(values).sum();
                case MOST -> Arrays.stream(values).max().orElse(Double.NaN);
            };
        } finally {
            lock.unlock();
        }
    }
}
