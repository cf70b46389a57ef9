package dev.pulse.map.internal;

import dev.pulse.CloseResult;
import dev.pulse.map.MapChange;
import dev.pulse.map.Watch;
import dev.pulse.map.WatchOptions;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop that tells one watcher of changes, on the loop's own thread. */
final class MapWatch<V> implements Watch, Consumer<MapChange<V>> {
    private static final Logger LOG = LoggerFactory.getLogger(MapWatch.class);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final MapHandle<V> map;
    private final Consumer<? super MapChange<V>> watcher;
    private final PendingChanges<V> pending;
    private final Wakeup something = new Wakeup();
    private final Loop loop;
    private volatile boolean stopped;

    MapWatch(MapHandle<V> map, WatchOptions options, Consumer<? super MapChange<V>> watcher, LoopSignal signal) {
        this.map = map;
        this.watcher = watcher;
        this.pending = new PendingChanges<>(options.backlog(), map.reports().coalesced);
        this.loop = Loop.start(signal, this::turn);
    }

    /** Takes a change; at once, whatever the watcher does. */
    @Override
    public void accept(MapChange<V> change) {
        pending.add(change);
        something.wake();
    }

    private void turn() throws InterruptedException {
        if (stopped) {
            map.forget(this);
            loop.stop();
            return;
        }
        MapChange<V> change = pending.poll();
        if (change == null) {
            something.await(LONGEST_REST);
            return;
        }
        try {
            watcher.accept(change);
        } catch (Throwable e) {
            // whatever a watcher throws, an error of its own included, must not end the loop
            LOG.warn("map={} key=\"{}\" state=watcher-failed", map.name(), change.key(), e);
        }
        if (!stopped) {
            // an interrupt that the watcher left behind is not meant for the loop
            Thread.interrupted();
        }
    }

    boolean isCurrentThread() {
        return loop.isCurrentThread();
    }

    @Override
    public void stop() {
        stopped = true;
        map.unwatch(this);
        something.wake();
    }

    @Override
    public CloseResult close(Duration drain) {
        return close(Deadlines.after(drain));
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }

    CloseResult close(long deadline) {
        stop();
        if (loop.isCurrentThread()) {
            return CloseResult.drained();
        }
        Runnable interrupt = () -> {
            loop.interrupt();
            map.forget(this);
        };
        return Closing.awaitEnd(
                loop::join, interrupt, deadline, "a watcher of map " + map.name() + " ignores its interrupt");
    }

    @Override
    public boolean isFinished() {
        return loop.isFinished();
    }
}
