package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Redis;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of a reader as they come and go, and what reads them: one intake for all, on Redis Cluster one for each.
 * There a thread waits at each stream that has nothing while the others are read. One thread reads, all others may add
 * and remove.
 */
final class ReaderSources<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderSources.class);

    private final Redis redis;
    private final @Nullable ReaderIntake<T> common;
    private final ReentrantLock lock = new ReentrantLock();
    /** That something came, or a stream. */
    private final Wakeup wakeup = new Wakeup();
    /** What read streams that were removed, until the thread that reads has let go of it. */
    private final Queue<ReaderIntake<T>> former = new ConcurrentLinkedQueue<>();

    private volatile List<Read<T>> read;
    private volatile boolean closed;
    /** Which of them goes first, so that a busy one does not keep the others waiting. */
    private int turn;

    private record Read<T>(ReaderSource<T> source, ReaderIntake<T> intake) {}

    ReaderSources(Redis redis, ReaderSource<T> first) {
        this.redis = redis;
        this.common = redis.isCluster() ? null : new ReaderIntake<>(redis.connection("reader"), this::all);
        this.read = List.of(new Read<>(first, intakeOf(first)));
    }

    private ReaderIntake<T> intakeOf(ReaderSource<T> source) {
        return common != null
                ? common
                : new ReaderIntake<>(
                        redis.connection("reader"), () -> all().contains(source) ? List.of(source) : List.of());
    }

    /** In the order in which they came. */
    List<ReaderSource<T>> all() {
        return read.stream().map(Read::source).toList();
    }

    List<String> names() {
        return read.stream().map(each -> each.source().stream()).toList();
    }

    ReaderSource<T> get(String name) {
        return find(name).source();
    }

    private Read<T> find(String name) {
        return read.stream()
                .filter(each -> each.source().stream().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "this reader does not read stream \"" + name + "\", but " + names()));
    }

    void requireAddable(String name) {
        if (closed) {
            throw new IllegalStateException("this reader is closed");
        }
        if (names().contains(name)) {
            throw new IllegalStateException("this reader reads stream \"" + name + "\" already");
        }
    }

    /** Reads one more; a read that blocks ends for it, which takes no longer than that. */
    void add(Redis call, ReaderSource<T> source, Duration longest) {
        List<Read<T>> before;
        lock.lock();
        try {
            requireAddable(source.stream());
            before = read;
            List<Read<T>> more = new ArrayList<>(before);
            more.add(new Read<>(source, intakeOf(source)));
            read = List.copyOf(more);
        } finally {
            lock.unlock();
        }
        wakeup.wake();
        before.stream().map(Read::intake).distinct().forEach(intake -> intake.endReadWithout(source, call, longest));
    }

    void remove(String name) {
        lock.lock();
        try {
            Read<T> removed = find(name);
            if (read.size() == 1) {
                throw new IllegalStateException(
                        "stream \"" + name + "\" is the last one of this reader and cannot be removed");
            }
            removed.source().remove();
            read = read.stream().filter(other -> other != removed).toList();
            if (common == null) {
                former.add(removed.intake());
            }
        } finally {
            lock.unlock();
        }
        wakeup.wake();
    }

    /** See {@link ReaderIntake#read}. */
    ReaderIntake.Batch<T> read(Redis call, int max, int count, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            closeFormer();
            List<Read<T>> all = read;
            Duration left = Polls.until(deadline);
            if (common != null || (all.size() == 1 && !all.getFirst().intake().isWaiting())) {
                return all.getFirst().intake().read(call, max, count, left);
            }
            ReaderIntake.Batch<T> found = readEach(call, all, max, count);
            if (left.isZero() || found.full() || !found.parts().isEmpty()) {
                return found;
            }
            for (Read<T> each : all) {
                if (!each.intake().isWaiting()) {
                    startWaiting(call, each.intake(), left);
                }
            }
            wakeup.await(left);
        }
    }

    private void startWaiting(Redis call, ReaderIntake<T> intake, Duration longest) throws InterruptedException {
        try {
            intake.startWaiting(call, longest, wakeup);
        } catch (StreamDestroyedException e) {
            // the next read finds it, too, and whether it was the last
            LOG.debug("state=over", e);
        }
    }

    /** Reads without waiting those at which nobody waits. One that fails keeps nobody from the events of the others. */
    private ReaderIntake.Batch<T> readEach(Redis call, List<Read<T>> all, int max, int count)
            throws InterruptedException {
        List<ReaderSource.Part<T>> parts = new ArrayList<>();
        boolean full = false;
        int room = max;
        int over = 0;
        PulseException failure = null;
        turn = (turn + 1) % all.size();
        for (int i = 0; i < all.size() && room > 0; i++) {
            Read<T> each = all.get((turn + i) % all.size());
            if (each.intake().isWaiting()) {
                continue;
            }
            try {
                ReaderIntake.Batch<T> found =
                        each.intake().read(call, room, Math.max(1, count / all.size()), Duration.ZERO);
                parts.addAll(found.parts());
                full |= found.full();
                room -= found.parts().stream()
                        .mapToInt(part -> part.events().size())
                        .sum();
            } catch (StreamDestroyedException e) {
                over++;
                failure = over == all.size() ? e : failure;
            } catch (PulseException e) {
                failure = e;
            } catch (RuntimeException | Error | InterruptedException e) {
                if (parts.isEmpty()) {
                    throw e;
                }
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                // what was taken of the others has to be handed out; this one is read again
                break;
            }
        }
        if (failure != null && parts.isEmpty()) {
            throw failure;
        }
        return new ReaderIntake.Batch<>(parts, full);
    }

    private void closeFormer() {
        for (ReaderIntake<T> gone = former.poll(); gone != null; gone = former.poll()) {
            gone.close();
        }
    }

    /** Nobody knows what happened since the last read. */
    void doubt() {
        all().forEach(ReaderSource::doubt);
    }

    /** Has a read that does not wait find what came while it was waited for. */
    void endWaiting(Redis call) {
        read.forEach(each -> each.intake().endWaiting(call));
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

    /** Ends a read that is under way, and what waits. */
    void endRead() {
        closeFormer();
        read.forEach(each -> each.intake().close());
        wakeup.wake();
    }
}
