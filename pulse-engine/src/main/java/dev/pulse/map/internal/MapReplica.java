package dev.pulse.map.internal;

import dev.pulse.map.MapChange;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of one replica: entries, revision, and how far the published changes were followed. No I/O. One thread at a
 * time changes it; any thread reads.
 *
 * <p>On one subscription changes come in their order, each with the next revision. The first ones may be such that the
 * snapshot held already; otherwise a revision that is not the next is a sign of loss, and until the next snapshot nothing
 * is applied.
 */
final class MapReplica<V> {
    /** What a published change is to this replica. */
    enum Verdict {
        /** The next one: it is to be applied. */
        NEXT,
        /** The snapshot held it already, or one that is to come will. */
        KNOWN,
        /** Changes before it were lost: a snapshot is needed. */
        GAP,
        /** It was there before, or the count began anew: a snapshot will tell. */
        DOUBTFUL
    }

    /** How the replica stands to Redis. */
    enum Comparison {
        /** They are the same. */
        EQUAL,
        /** Changes are on their way, or were lost. */
        BEHIND,
        /** Redis went back, or the count began anew. */
        DIFFERENT
    }

    /**
     * All that stood in Redis at one moment.
     *
     * @param revision 0 where there is no map
     * @param kind of the last change
     * @param entries those that can be shown; becomes the replica's own
     * @param unreadable keys of those that cannot; becomes the replica's own
     */
    record Snapshot<V>(
            long revision, MapChange.Kind kind, ConcurrentHashMap<String, V> entries, Set<String> unreadable) {}

    private final List<Consumer<? super MapChange<V>>> watchers = new CopyOnWriteArrayList<>();
    /** So that copies and beginnings of watches are of one revision; held while no user code runs, but equals. */
    private final ReentrantLock lock = new ReentrantLock();
    /* both changed under lock; a snapshot comes in one step, so that no reader sees a mixture */
    private volatile ConcurrentHashMap<String, V> entries = new ConcurrentHashMap<>();
    private volatile long revision;
    private volatile Set<String> unreadable = ConcurrentHashMap.newKeySet();
    /* of who changes it */
    private Iterator<String> round = Collections.emptyIterator();
    private boolean current;
    /** The last revision that came on the present subscription; 0 when none did. */
    private long last;

    @Nullable
    V get(String key) {
        return entries.get(key);
    }

    int size() {
        return entries.size();
    }

    long revision() {
        return revision;
    }

    /** How many entries cannot be shown. */
    int unreadable() {
        return unreadable.size();
    }

    Set<String> keys() {
        lock.lock();
        try {
            return Set.copyOf(entries.keySet());
        } finally {
            lock.unlock();
        }
    }

    Map<String, V> copy() {
        lock.lock();
        try {
            return Map.copyOf(entries);
        } finally {
            lock.unlock();
        }
    }

    /** Whether it followed all changes since its snapshot; if not, it needs another one. */
    boolean isCurrent() {
        return current;
    }

    /** A subscription begins: what it had may be out of date. */
    void subscribed() {
        current = false;
        last = 0;
    }

    /** There is a reason to think that it does not have what Redis has. */
    void doubt() {
        current = false;
    }

    /** Judges the revision of what was published. Unless it is the next, nothing is to be applied. */
    Verdict judge(long published) {
        boolean continues = last == 0 || published == last + 1;
        last = published;
        if (!current) {
            return Verdict.KNOWN;
        }
        if (published > revision + 1) {
            current = false;
            return Verdict.GAP;
        }
        // a map that was lost begins again at 1
        if (!continues || (published == 1 && revision >= 1)) {
            current = false;
            return Verdict.DOUBTFUL;
        }
        return published == revision + 1 ? Verdict.NEXT : Verdict.KNOWN;
    }

    /**
     * Compares with what Redis had at a moment when all that this replica has was there already.
     *
     * @param found the revision there
     * @param size how many entries there
     */
    Comparison compare(long found, long size) {
        if (found > revision) {
            return Comparison.BEHIND;
        }
        return found == revision && size == entries.size() + unreadable.size()
                ? Comparison.EQUAL
                : Comparison.DIFFERENT;
    }

    /** A key of its own, which may have gone since; each time another, until all had their turn. Empty where there is none. */
    String nextKey() {
        if (!round.hasNext()) {
            round = entries.keySet().iterator();
        }
        return round.hasNext() ? round.next() : "";
    }

    /** Runs what changes it, unless somebody copies the content right now; returns whether it did. */
    boolean tryRun(Runnable change) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            change.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A key has this value; null for one that cannot be shown. */
    void put(String key, @Nullable V value, long next) {
        lock.lock();
        try {
            V before = value == null ? entries.remove(key) : entries.put(key, value);
            mark(key, value == null);
            revision = next;
            if (before != null || value != null) {
                tell(value == null ? MapChange.Kind.DELETE : MapChange.Kind.SET, key, before, value);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A key is gone. */
    void remove(String key, long next) {
        lock.lock();
        try {
            V before = entries.remove(key);
            mark(key, false);
            revision = next;
            if (before != null) {
                tell(MapChange.Kind.DELETE, key, before, null);
            }
        } finally {
            lock.unlock();
        }
    }

    private void mark(String key, boolean cannotBeShown) {
        if (cannotBeShown) {
            unreadable.add(key);
        } else if (!unreadable.isEmpty()) {
            unreadable.remove(key);
        }
    }

    /** All keys are gone. */
    void clear(MapChange.Kind kind, long next) {
        replace(new Snapshot<>(next, kind, new ConcurrentHashMap<>(), ConcurrentHashMap.newKeySet()));
    }

    /** This is what Redis has. */
    void restore(Snapshot<V> snapshot) {
        replace(snapshot);
        current = true;
    }

    private void replace(Snapshot<V> snapshot) {
        lock.lock();
        try {
            Map<String, V> before = entries;
            entries = snapshot.entries();
            round = Collections.emptyIterator();
            unreadable = snapshot.unreadable();
            revision = snapshot.revision();
            if (!watchers.isEmpty()) {
                tellDifference(before, snapshot);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tellDifference(Map<String, V> before, Snapshot<V> now) {
        boolean cleared =
                now.entries().isEmpty() && (now.kind() == MapChange.Kind.RESET || now.kind() == MapChange.Kind.DESTROY);
        before.forEach((key, value) -> {
            if (!now.entries().containsKey(key)) {
                tell(cleared ? now.kind() : MapChange.Kind.DELETE, key, value, null);
            }
        });
        now.entries().forEach((key, value) -> {
            V old = before.get(key);
            if (!isEqual(old, value)) {
                tell(MapChange.Kind.SET, key, old, value);
            }
        });
    }

    /** What the user's code cannot compare counts as changed, so that it is told, and all that follows it. */
    private static boolean isEqual(@Nullable Object one, @Nullable Object other) {
        try {
            // arrays, of bytes above all, are equal by content
            return Objects.deepEquals(one, other);
        } catch (Throwable e) {
            return false;
        }
    }

    private void tell(MapChange.Kind kind, String key, @Nullable V before, @Nullable V now) {
        if (!watchers.isEmpty()) {
            MapChange<V> change =
                    new MapChange<>(kind, key, Optional.ofNullable(before), Optional.ofNullable(now), revision);
            watchers.forEach(watcher -> watcher.accept(change));
        }
    }

    /** Has it told of all changes from now on, quickly and without user code; first of what is there, if wanted. */
    void watch(Consumer<? super MapChange<V>> watcher, boolean initialContent) {
        lock.lock();
        try {
            if (initialContent) {
                entries.forEach((key, value) -> watcher.accept(
                        new MapChange<>(MapChange.Kind.PRESENT, key, Optional.empty(), Optional.of(value), revision)));
            }
            watchers.add(watcher);
        } finally {
            lock.unlock();
        }
    }

    void unwatch(Consumer<? super MapChange<V>> watcher) {
        watchers.remove(watcher);
    }

    int watches() {
        return watchers.size();
    }
}
