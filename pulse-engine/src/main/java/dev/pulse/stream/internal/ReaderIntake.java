package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.stream.Event;
import dev.pulse.task.Tasks;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what streams have for a reader, by blocking reads of all at once on a connection of its own: on Redis Cluster
 * of one stream, otherwise of all. One thread reads; from any thread a read that blocks can be ended.
 */
final class ReaderIntake<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderIntake.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final OwnedConnection connection;
    private final Supplier<List<ReaderSource<T>>> sources;
    /** Those that the read under way asks for; empty when none is. */
    private volatile List<ReaderSource<T>> reading = List.of();
    /** Whether another thread waits on the connection. */
    private volatile boolean waiting;

    private volatile boolean closed;

    /** Which of them goes first, so that a busy one does not keep the others waiting. */
    private int turn;

    /**
     * What one read brought.
     *
     * @param full whether there may be more at once
     */
    record Batch<T>(List<ReaderSource.Part<T>> parts, boolean full) {
        /** All events; they count as handed out. */
        List<Event<T>> handOut() {
            parts.forEach(ReaderSource.Part::done);
            if (parts.size() == 1) {
                return parts.getFirst().events();
            }
            List<Event<T>> events = new ArrayList<>();
            parts.forEach(part -> events.addAll(part.events()));
            return events;
        }
    }

    /** A stream with the key it has now, and whether its last entry is read once more. */
    private record Target<T>(ReaderSource<T> source, Incarnation incarnation, boolean overlap) {
        Target<T> following() {
            return overlap ? new Target<>(source, incarnation, false) : this;
        }
    }

    /**
     * @param sources what is to be read at a time
     */
    ReaderIntake(OwnedConnection connection, Supplier<List<ReaderSource<T>>> sources) {
        this.connection = connection;
        this.sources = sources;
    }

    /**
     * What comes after what was read last; waits at most that long for the first one.
     *
     * @param call answers what has to be known of the streams
     * @param max how many events are taken at most
     * @param count how many entries are looked at for them
     */
    Batch<T> read(Redis call, int max, int count, Duration wait) throws InterruptedException {
        try {
            List<Target<T>> targets = targets(call);
            if (targets.isEmpty()) {
                return new Batch<>(List.of(), false);
            }
            if (targets.stream().anyMatch(Target::overlap)) {
                Batch<T> found = readNow(call, targets, max, count, Duration.ZERO);
                if (wait.isZero() || found.full() || !found.parts().isEmpty()) {
                    return found;
                }
            }
            return readNow(call, targets.stream().map(Target::following).toList(), max, count, wait);
        } finally {
            reading = List.of();
        }
    }

    private List<Target<T>> targets(Redis call) throws InterruptedException {
        List<ReaderSource<T>> all = sources.get();
        // told before it blocks: whoever adds a stream afterwards ends the read
        reading = all;
        if (!all.equals(sources.get())) {
            all = sources.get();
            reading = all;
        }
        List<Target<T>> targets = new ArrayList<>(all.size());
        StreamDestroyedException destroyed = null;
        for (int i = 0; i < all.size(); i++) {
            ReaderSource<T> source = all.get((turn + i) % all.size());
            try {
                targets.add(new Target<>(source, source.look(call), source.needsOverlap()));
            } catch (StreamDestroyedException e) {
                source.isDestroyed();
                destroyed = e;
            }
        }
        if (targets.isEmpty() && destroyed != null) {
            throw destroyed;
        }
        turn = all.isEmpty() ? 0 : (turn + 1) % all.size();
        return targets;
    }

    private Batch<T> readNow(Redis call, List<Target<T>> targets, int max, int count, Duration wait)
            throws InterruptedException {
        int each = Math.max(1, count / targets.size());
        boolean overlap = targets.stream().anyMatch(Target::overlap);
        Command command = command(targets, overlap ? each + 1 : each, wait);
        Map<String, List<@Nullable Object>> reply;
        try {
            reply = Replies.entriesByStream(connection.call(command, wait));
        } catch (PulseException | InterruptedException e) {
            targets.forEach(target -> target.source().doubt());
            throw e;
        }
        return accept(call, targets, reply, max, each);
    }

    private static <T> Command command(List<Target<T>> targets, int count, Duration wait) {
        Command command = Command.repeatable("XREAD").arg("COUNT").arg(count);
        if (wait.toMillis() > 0) {
            command.arg("BLOCK").arg(wait.toMillis());
        }
        command.arg("STREAMS");
        targets.forEach(target -> command.key(target.incarnation().physicalBytes()));
        targets.forEach(target -> target.source().addPosition(command, target.overlap()));
        return command;
    }

    private Batch<T> accept(
            Redis call, List<Target<T>> targets, Map<String, List<@Nullable Object>> reply, int max, int each)
            throws InterruptedException {
        List<ReaderSource.Part<T>> parts = new ArrayList<>(targets.size());
        boolean full = false;
        int room = max;
        for (Target<T> target : targets) {
            List<@Nullable Object> raw = reply.getOrDefault(target.incarnation().physical(), List.of());
            ReaderSource.Part<T> part;
            try {
                part = target.source().accept(call, raw, target.overlap(), target.incarnation(), each, room);
            } catch (RuntimeException | Error | InterruptedException e) {
                target.source().doubt();
                if (parts.isEmpty()) {
                    throw e;
                }
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                // what was taken of the others has to be handed out; this one is read again
                break;
            }
            full |= part.found() >= each;
            if (part.found() > 0) {
                parts.add(part);
                room -= part.events().size();
            }
            if (room == 0) {
                break;
            }
        }
        return new Batch<>(parts, full);
    }

    /**
     * Has another thread wait until there is something to read, and wake the reader then, or after that time. Until then
     * nothing can be read, and nothing is there.
     */
    void startWaiting(Redis call, Duration longest, Wakeup reader) throws InterruptedException {
        List<Target<T>> targets = targets(call);
        reading = List.of();
        if (targets.isEmpty()) {
            return;
        }
        Command command = command(targets.stream().map(Target::following).toList(), 1, longest);
        waiting = true;
        Tasks.start("reader wait", () -> {
            try {
                connection.call(command, longest);
            } catch (PulseException e) {
                // the next read tells, if it has to be told
                LOG.debug("state=not-waiting", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                waiting = false;
                reader.wake();
            }
        });
    }

    boolean isWaiting() {
        return waiting;
    }

    /** Ends the waiting of another thread, so that what may have come can be read. */
    void endWaiting(Redis call) {
        unblockWhile(() -> waiting, call, call.timeLeft());
    }

    /** Ends a read that blocks, and began before this stream was there. */
    void endReadWithout(ReaderSource<T> added, Redis call, Duration longest) {
        unblockWhile(() -> isBlockedWithout(added), call, longest);
    }

    private boolean isBlockedWithout(ReaderSource<T> added) {
        List<ReaderSource<T>> now = reading;
        return !now.isEmpty() && !now.contains(added) && !added.isRemoved();
    }

    private void unblockWhile(BooleanSupplier blocked, Redis call, Duration longest) {
        try {
            long deadline = System.nanoTime() + longest.toNanos();
            while (!closed && blocked.getAsBoolean() && !Polls.until(deadline).isZero()) {
                connection.unblock(call);
                Tasks.sleep(LOOK_AGAIN);
            }
        } catch (PulseException | IllegalStateException e) {
            // Redis is away or forbids it, or all is closing: it ends with its block time
            LOG.debug("state=unblocked-later", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a read that is blocked; no reply is lost by it, since the cursor only moves past what was handed out. */
    void close() {
        closed = true;
        connection.close();
    }
}
