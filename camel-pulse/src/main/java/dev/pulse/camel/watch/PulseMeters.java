package dev.pulse.camel.watch;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/**
 * Micrometer's meters of what is in use. What is known by the same names shares a meter, whose tags these names are. Who reads
 * a meter has all figures asked for, at most once a second and all side by side, and waits for half a second at most; then he
 * gets what was known before. Thread-safe.
 */
final class PulseMeters implements Inventory.Watcher {
    /** As camel-micrometer calls its own. */
    private static final String REGISTRY = "metricsRegistry";

    private static final String PREFIX = "camel.pulse.";
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

    private final MeterRegistry registry;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<Key, Bound<?>> groups = new HashMap<>();
    private final Map<InUse<?>, Asked<?>> inUse = new HashMap<>();
    private final ReentrantLock refreshing = new ReentrantLock();
    /* guarded by refreshing */
    private long refreshed = System.nanoTime() - FRESH.toNanos();

    private record Key(Class<?> kind, Map<String, String> names) {}

    private record Bound<F>(MeterGroup<F> group, List<Meter> meters) {}

    private PulseMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Null where the context has no registry of meters, or several and none is that of camel-micrometer. */
    static @Nullable PulseMeters in(CamelContext context) {
        MeterRegistry found = context.getRegistry().lookupByNameAndType(REGISTRY, MeterRegistry.class);
        if (found == null) {
            found = context.getRegistry().findSingleByType(MeterRegistry.class);
        }
        return found == null ? null : new PulseMeters(found);
    }

    @Override
    public void added(InUse<?> thing) {
        switch (thing) {
            case InUse.Engine engine -> add(engine, Measure.ENGINE);
            case InUse.OfStream stream -> add(stream, Measure.STREAM);
            case InUse.OfReader reader -> add(reader, Measure.READER);
            case InUse.OfSink sink -> add(sink, Measure.SINK);
            case InUse.OfMap map -> add(map, Measure.MAP);
            case InUse.OfPool pool -> add(pool, Measure.POOL);
            case InUse.OfWorker worker -> add(worker, Measure.WORKER);
            case InUse.OfTicker ticker -> add(ticker, Measure.TICKER);
            case InUse.OfSchedule schedule -> add(schedule, Measure.SCHEDULE);
        }
    }

    private <F> void add(InUse<F> thing, List<Measure<F>> measures) {
        // the registry is called under the lock: else a meter could go together with the successor of its group
        lock.lock();
        try {
            Key key = new Key(thing.getClass(), thing.names());
            @SuppressWarnings("unchecked") // those of a class have the same figures
            Bound<F> bound = (Bound<F>) groups.computeIfAbsent(key, absent -> bind(key, new MeterGroup<>(measures)));
            Asked<F> holder = new Asked<>(thing);
            bound.group().add(holder);
            inUse.put(thing, holder);
        } finally {
            lock.unlock();
        }
    }

    private <F> Bound<F> bind(Key key, MeterGroup<F> group) {
        List<Meter> meters = new ArrayList<>();
        for (int i = 0; i < group.measures().size(); i++) {
            meters.add(meter(key, group, i));
        }
        return new Bound<>(group, meters);
    }

    private <F> Meter meter(Key key, MeterGroup<F> group, int index) {
        Measure<F> measure = group.measures().get(index);
        List<Tag> tags = Stream.of(key.names(), measure.tags())
                .flatMap(each -> each.entrySet().stream())
                .map(each -> Tag.of(each.getKey(), each.getValue()))
                .toList();
        ToDoubleFunction<MeterGroup<F>> value = each -> {
            refresh();
            return each.value(index);
        };
        String name = PREFIX + measure.name();
        return measure.kind() == Measure.Kind.COUNT
                ? FunctionCounter.builder(name, group, value)
                        .tags(tags)
                        .baseUnit(measure.unit())
                        .description(measure.about())
                        .register(registry)
                : Gauge.builder(name, group, value)
                        .tags(tags)
                        .baseUnit(measure.unit())
                        .description(measure.about())
                        .register(registry);
    }

    private void refresh() {
        if (!refreshing.tryLock()) {
            // somebody does it, and waits for it; what is known is good enough for others
            return;
        }
        try {
            long now = System.nanoTime();
            if (now - refreshed < FRESH.toNanos()) {
                return;
            }
            List<Thread> asking = holders().stream().map(Asked::ask).toList();
            long deadline = now + LONGEST_WAIT.toNanos();
            for (Thread each : asking) {
                each.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
            refreshed = System.nanoTime();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            refreshing.unlock();
        }
    }

    private List<Asked<?>> holders() {
        lock.lock();
        try {
            List<Asked<?>> all = new ArrayList<>();
            groups.values().forEach(bound -> all.addAll(bound.group().holders()));
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Its last figures are still asked for, elsewhere, since Redis may be away; until they have come it counts as it did. */
    @Override
    public void removed(InUse<?> thing) {
        Asked<?> holder;
        lock.lock();
        try {
            holder = inUse.remove(thing);
        } finally {
            lock.unlock();
        }
        if (holder != null) {
            Thread.ofVirtual().name("pulse meters").start(() -> retireWithLastFigures(holder));
        }
    }

    private void retireWithLastFigures(Asked<?> holder) {
        try {
            // what was asked for before may lack the end of it
            holder.ask().join();
            holder.ask().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        retire(holder);
    }

    private <F> void retire(Asked<F> holder) {
        lock.lock();
        try {
            Key key = new Key(holder.thing().getClass(), holder.thing().names());
            @SuppressWarnings("unchecked") // as above
            Bound<F> bound = (Bound<F>) Objects.requireNonNull(groups.get(key));
            bound.group().retire(holder);
            if (bound.group().holders().isEmpty()) {
                groups.remove(key);
                bound.meters().forEach(registry::remove);
            }
        } finally {
            lock.unlock();
        }
    }
}
