package dev.pulse.map.internal;

import dev.pulse.AccessDeniedException;
import dev.pulse.CloseResult;
import dev.pulse.ReplicaBehindException;
import dev.pulse.map.Lists;
import dev.pulse.map.MapChange;
import dev.pulse.map.MapFigures;
import dev.pulse.map.MapOptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.Watch;
import dev.pulse.map.WatchOptions;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Signals;
import dev.pulse.wire.MapKeys;
import dev.pulse.wire.Names;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One replica as its users see it; each duty is another's. */
final class MapHandle<V> implements ReplicatedMap<V>, Closing {
    private final Maps maps;
    private final Signals signals;
    private final String name;
    private final MapKeys keys;
    private final MapOptions options;
    private final Values<V> values;
    private final MapReports reports;
    private final MapReplica<V> replica = new MapReplica<>();
    private final Inbox inbox = new Inbox();
    private final Arrivals arrivals = new Arrivals(replica::revision);
    private final MapWrites writes;
    private final Replication<V> replication;
    private final LoopSignal condition;
    private final Set<MapWatch<V>> watches = ConcurrentHashMap.newKeySet();
    /** So that no watch begins behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private volatile boolean closed;
    private volatile @Nullable AccessDeniedException denial;

    /** Starts its loop, which waits for the confirmation of its subscription. */
    MapHandle(Maps maps, String name, MapKeys keys, Values<V> values, MapOptions options) {
        this.maps = maps;
        this.signals = maps.signals().withOwn(Signals.later(options.listener()));
        this.name = name;
        this.keys = keys;
        this.options = options;
        this.values = values;
        this.reports = new MapReports(name, signals);
        this.writes = new MapWrites(name, keys, options);
        this.condition = signals.loop("map " + name + " content", false);
        this.replication = new Replication<>(
                replica,
                inbox,
                new Snapshots<>(maps.redis(), keys, values, reports),
                reports,
                arrivals,
                options,
                signals.loop("map " + name, false));
    }

    String channel() {
        return keys.channel();
    }

    /** Redis has confirmed its channel: what is published from now on comes here. */
    void heard() {
        denial = null;
        inbox.sign(Inbox.Sign.SUBSCRIBED);
    }

    /** Redis does not let its channel be heard. */
    void denied(AccessDeniedException why) {
        denial = why;
        replication.refused(why);
    }

    MapReports reports() {
        return reports;
    }

    Replication<V> replication() {
        return replication;
    }

    /** Shows in health what its loop cannot tell of itself. */
    void judge() {
        AccessDeniedException denied = denial;
        Duration staleness = staleness();
        if (denied != null) {
            condition.warns("nobody tells it of changes, which it finds by looking every " + options.checkPeriod()
                    + ": " + denied.getMessage());
        } else if (staleness.compareTo(options.stalenessBound()) > 0) {
            condition.warns("not known to be equal to Redis for " + staleness.toSeconds() + " s");
        } else if (replica.unreadable() > 0) {
            condition.warns(replica.unreadable()
                    + " entries cannot be shown, because the codec cannot read them or their keys are no UTF-8");
        } else {
            condition.warns("");
        }
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("map \"" + name + "\" is closed");
        }
    }

    private Redis call() {
        requireOpen();
        return maps.redis().forOneCall();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable V get(String key) {
        return replica.get(key);
    }

    @Override
    public boolean containsKey(String key) {
        return replica.get(key) != null;
    }

    @Override
    public int size() {
        return replica.size();
    }

    @Override
    public Set<String> keys() {
        return replica.keys();
    }

    @Override
    public Map<String, V> snapshot() {
        return replica.copy();
    }

    @Override
    public Optional<V> getFresh(String key) throws InterruptedException {
        Names.requireMapKey(key);
        byte[] value = (byte[])
                call().call(Command.repeatable("HGET").key(keys.content()).arg(key));
        return value == null ? Optional.empty() : Optional.of(values.require(key, value));
    }

    @Override
    public Optional<V> set(String key, V value) throws InterruptedException {
        byte[] encoded = values.encode(key, value);
        return values.readable(writes.set(call(), key, encoded).before());
    }

    @Override
    public Optional<V> setAndWait(String key, V value) throws InterruptedException {
        byte[] encoded = values.encode(key, value);
        Redis call = call();
        long known = replica.revision();
        MapWrites.Replaced replaced = writes.set(call, key, encoded);
        long revision = replaced.revision();
        boolean arrived;
        try {
            // a revision that is not beyond one that was seen before shows that Redis lost the map since; so
            // may one that the replica has by now, for changes that a failover lost may have taken it there
            arrived = revision > known && (replica.revision() < revision || shows(key, value, encoded))
                    ? arrivals.await(revision, call.timeLeft())
                    : arrivals.awaitSnapshot(() -> inbox.sign(Inbox.Sign.DOUBT), call.timeLeft());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw behind(revision, "the wait was interrupted", e);
        }
        if (!arrived) {
            String why = closed ? "the map was closed" : "the replica did not have it within " + call.timeout();
            throw behind(revision, why, null);
        }
        return values.readable(replaced.before());
    }

    private boolean shows(String key, V value, byte[] encoded) {
        V here = replica.get(key);
        return here != null && values.isSame(here, value, encoded);
    }

    private ReplicaBehindException behind(long revision, String why, @Nullable Throwable cause) {
        return new ReplicaBehindException(
                "map \"" + name + "\" has the value, with revision " + revision + ", but " + why, cause);
    }

    @Override
    public boolean setIfAbsent(String key, V value) throws InterruptedException {
        return writes.setIfAbsent(call(), key, values.encode(key, value));
    }

    @Override
    public boolean testAndSet(String key, V test, V value) throws InterruptedException {
        return writes.testAndSet(call(), key, values.encode(key, test), values.encode(key, value));
    }

    @Override
    public boolean testAndDelete(String key, V test) throws InterruptedException {
        return writes.testAndDelete(call(), key, values.encode(key, test));
    }

    @Override
    public boolean testAndReset(Map<String, V> tests) throws InterruptedException {
        if (tests.isEmpty()) {
            throw new IllegalArgumentException("tests has at least one key, was empty");
        }
        List<byte[]> pairs = new ArrayList<>();
        tests.forEach((key, value) -> {
            pairs.add(Names.requireMapKey(key).getBytes(StandardCharsets.UTF_8));
            pairs.add(values.encode(key, value));
        });
        return writes.clear(call(), "reset", pairs);
    }

    @Override
    public Optional<V> delete(String key) throws InterruptedException {
        return values.readable(writes.delete(call(), key));
    }

    @Override
    public long inc(String key, long by) throws InterruptedException {
        return writes.inc(call(), key, by);
    }

    @Override
    public void reset() throws InterruptedException {
        writes.clear(call(), "reset", List.of());
    }

    @Override
    public void destroy() throws InterruptedException {
        writes.clear(call(), "destroy", List.of());
    }

    @Override
    public Lists lists() {
        return new MapLists(name, values.mostBytes(), writes, this::call);
    }

    @Override
    public Watch watch(WatchOptions watchOptions, Consumer<? super MapChange<V>> watcher) {
        lifecycle.lock();
        try {
            requireOpen();
            MapWatch<V> watch =
                    new MapWatch<>(this, watchOptions, watcher, signals.loop("map " + name + " watch", false));
            watches.add(watch);
            replica.watch(watch, watchOptions.initialContent());
            return watch;
        } finally {
            lifecycle.unlock();
        }
    }

    /** It is told of no further change; what it was told of last may still be at work. */
    void unwatch(MapWatch<V> watch) {
        replica.unwatch(watch);
    }

    /** Nothing of it runs any more. */
    void forget(MapWatch<V> watch) {
        watches.remove(watch);
        if (closed && watches.isEmpty()) {
            maps.forget(this);
        }
    }

    @Override
    public Duration staleness() {
        return replication.staleness();
    }

    @Override
    public long revision() {
        return replica.revision();
    }

    @Override
    public MapFigures figures() {
        return new MapFigures(
                replica.size(),
                replica.revision(),
                staleness(),
                replication.lastSync(),
                replica.watches(),
                reports.applied.sum(),
                reports.snapshots.sum(),
                reports.gaps.sum(),
                reports.regressions.sum(),
                reports.malformed.sum(),
                replica.unreadable(),
                reports.coalesced.sum());
    }

    @Override
    public boolean isCalledFromHandler() {
        return watches.stream().anyMatch(MapWatch::isCurrentThread);
    }

    @Override
    public void stop() {
        lifecycle.lock();
        try {
            closed = true;
        } finally {
            lifecycle.unlock();
        }
        maps.unsubscribe(this);
        replication.stop();
        arrivals.end();
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }

    @Override
    public CloseResult close(long deadline) {
        stop();
        watches.forEach(MapWatch::stop);
        List<Supplier<CloseResult>> closings = new ArrayList<>();
        closings.add(() -> endReplication(deadline));
        // watchers that close the map at the same time are not to wait for each other
        if (!isCalledFromHandler()) {
            watches.forEach(watch -> closings.add(() -> watch.close(deadline)));
        }
        condition.close();
        CloseResult result = Closing.sideBySide(closings);
        if (watches.isEmpty()) {
            maps.forget(this);
        }
        return result;
    }

    /** It works for nobody any more: what it does may be cut short. */
    private CloseResult endReplication(long deadline) {
        long soon = System.nanoTime() + Deadlines.HARD.toNanos();
        boolean ended = false;
        try {
            ended = replication.join(soon - deadline < 0 ? soon : deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            replication.interrupt();
            Deadlines.hardPhase(replication::join);
        }
        return CloseResult.drained();
    }
}
