package dev.pulse.stream.internal;

import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Redis;
import dev.pulse.stream.StartAt;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a sink as they come and go, and what reads them: one intake for all, on Redis Cluster one for each.
 * Thread-safe; the lock is never held while Redis is asked.
 */
final class SinkSources<T> {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final StreamSink<T> sink;
    private final @Nullable SinkIntake<T> common;
    private final ReentrantLock lock = new ReentrantLock();
    /** The names of those on their way in. */
    private final Set<String> coming = new HashSet<>();

    private boolean closed;
    private volatile List<SinkSource<T>> read = List.of();
    /** Removed or destroyed, and something of them may still be in flight. */
    private volatile List<SinkSource<T>> former = List.of();

    private volatile boolean over;

    SinkSources(StreamSink<T> sink, Redis redis) {
        this.sink = sink;
        this.common = redis.isCluster() ? null : new SinkIntake<>(sink, () -> read);
    }

    /** Those that are read, in the order in which they came. */
    List<SinkSource<T>> read() {
        return read;
    }

    /** All that may have something in flight. */
    List<SinkSource<T>> all() {
        List<SinkSource<T>> all = new ArrayList<>(read);
        all.addAll(former);
        return all;
    }

    /** The first, which keeps the lease of an exclusive sink. */
    SinkSource<T> lead() {
        return read.getFirst();
    }

    boolean isLead(SinkSource<T> source) {
        List<SinkSource<T>> now = read;
        return !now.isEmpty() && now.getFirst() == source;
    }

    List<String> names() {
        return read.stream().map(SinkSource::stream).toList();
    }

    List<SinkIntake<T>> intakes() {
        return common != null
                ? List.of(common)
                : read.stream().map(SinkSource::intake).toList();
    }

    SinkIntake<T> intakeOf(SinkSource<T> source) {
        return common != null
                ? common
                : new SinkIntake<>(sink, () -> read.contains(source) ? List.of(source) : List.of());
    }

    /** Whether the last one was destroyed. */
    boolean isOver() {
        return over;
    }

    /** Joins the sink of one more stream and reads it from now on. */
    void add(Redis call, Member member, StreamRecord record, Entries<T> entries, StartAt at)
            throws InterruptedException {
        String name = member.stream();
        lock.lock();
        try {
            requireAddable(name);
            coming.add(name);
        } finally {
            lock.unlock();
        }
        try {
            if (!comesBack(call, member.incarnation(), entries)) {
                begin(SinkSource.join(call, sink, member, record, entries, at));
            }
        } finally {
            lock.lock();
            try {
                coming.remove(name);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Refuses a stream that cannot be added. */
    void requireAddable(String name) {
        lock.lock();
        try {
            requireOpen();
            if (names().contains(name) || coming.contains(name)) {
                throw new IllegalStateException("this sink reads stream \"" + name + "\" already");
            }
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw isClosed();
        }
    }

    private IllegalStateException isClosed() {
        return new IllegalStateException("sink " + sink.name() + " is closed");
    }

    private void begin(SinkSource<T> joined) {
        lock.lock();
        try {
            if (!closed) {
                read = with(read, joined);
                return;
            }
        } finally {
            lock.unlock();
        }
        joined.close();
        forget(joined);
        throw isClosed();
    }

    /** Whether it was removed a while ago and something of it is still in flight: then it goes on as it is. */
    private boolean comesBack(Redis call, Incarnation incarnation, Entries<T> entries) throws InterruptedException {
        while (true) {
            Optional<SinkSource<T>> removed = former.stream()
                    .filter(source -> source.incarnation().physical().equals(incarnation.physical()))
                    .filter(source -> source.state() != SinkSource.State.OVER)
                    .findFirst();
            if (removed.isEmpty()) {
                return false;
            }
            lock.lock();
            try {
                requireOpen();
                if (removed.get().comeBack(entries)) {
                    former = without(former, removed.get());
                    read = with(read, removed.get());
                    return true;
                }
            } finally {
                lock.unlock();
            }
            if (call.timeLeft().isZero()) {
                throw new RedisUnavailableException(
                        "stream \"" + incarnation.stream() + "\" is still being left, which takes Redis too long",
                        null);
            }
            // it is about to leave: two of one name would be in each other's way
            Tasks.sleep(LOOK_AGAIN);
        }
    }

    /** Reads a stream no more. */
    SinkSource<T> remove(String name) {
        lock.lock();
        try {
            SinkSource<T> source = read.stream()
                    .filter(each -> each.stream().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "this sink does not read stream \"" + name + "\", but " + names()));
            if (read.size() == 1) {
                throw new IllegalStateException(
                        "stream \"" + name + "\" is the last one of this sink and cannot be removed");
            }
            if (keepsLease(source)) {
                throw new IllegalStateException("stream \"" + name
                        + "\" is the first one of this exclusive sink, keeps its lease, and cannot be removed");
            }
            retire(source);
            return source;
        } finally {
            lock.unlock();
        }
    }

    private boolean keepsLease(SinkSource<T> source) {
        return sink.activity().isExclusive() && isLead(source);
    }

    /** It was destroyed and drops out; true when with it the sink ends. */
    boolean dropOut(SinkSource<T> source) {
        lock.lock();
        try {
            if (!read.contains(source)) {
                return false;
            }
            over = read.size() == 1 || keepsLease(source);
            if (!over) {
                retire(source);
            }
            return over;
        } finally {
            lock.unlock();
        }
    }

    private void retire(SinkSource<T> source) {
        former = with(former, source);
        read = without(read, source);
    }

    /** Nothing of a former one is in flight any more. */
    void forget(SinkSource<T> source) {
        lock.lock();
        try {
            former = without(former, source);
        } finally {
            lock.unlock();
        }
        if (common == null && !read.contains(source)) {
            source.intake().close();
        }
    }

    /** None is added any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private static <E> List<E> with(List<E> list, E one) {
        List<E> more = new ArrayList<>(list);
        more.add(one);
        return List.copyOf(more);
    }

    private static <E> List<E> without(List<E> list, E one) {
        return list.stream().filter(each -> each != one).toList();
    }
}
