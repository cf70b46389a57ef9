package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.task.Durations;
import dev.pulse.task.Loop;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The loop that reads the inboxes of all workers of one handle, over a connection of its own. It begins each, and after
 * every failure all, at the first entry: what is there is not yet handled. It never runs user code and never waits for
 * any. There is no loop while there is no worker. Thread-safe.
 */
final class Inboxes {
    private static final Duration LONGEST_BLOCK = Duration.ofSeconds(5);
    /** Which part of a lease a read may block: one that comes round in half a lease lives. */
    private static final int BLOCK_PARTS = 4;

    private static final int MOST_ENTRIES = 500;
    private static final Duration BETWEEN_CALLS = Duration.ofMillis(5);

    private final String pool;
    private final Redis redis;
    private final Signals signals;
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private @Nullable Loop loop;
    private @Nullable OwnedConnection connection;

    /** How far one inbox was read. */
    private static final class Place {
        private final WorkerLife reader;
        private volatile String last = "0";
        private volatile boolean again;
        /** The connection broke: another Redis may have taken over, which knows less. Of the loop's thread. */
        private boolean interrupted;

        private volatile boolean read;
        private volatile long readAt = System.nanoTime();

        Place(WorkerLife reader) {
            this.reader = reader;
        }
    }

    Inboxes(String pool, Redis redis, Signals signals) {
        this.pool = pool;
        this.redis = redis;
        this.signals = signals;
    }

    /** Passes on to this worker what stands in its inbox, and what comes. */
    void add(WorkerLife reader) throws InterruptedException {
        Place place = new Place(reader);
        OwnedConnection reading;
        lock.lock();
        try {
            places.put(reader.inbox().key(), place);
            if (connection == null) {
                OwnedConnection own = redis.connection("pool-inboxes");
                connection = own;
                loop = Loop.startOnPlatformThread(signals.loop("pool " + pool + " inboxes", false), () -> turn(own));
                return;
            }
            reading = connection;
        } finally {
            lock.unlock();
        }
        includeNow(place, reading);
    }

    /** Ends the read that blocks without it; where Redis forbids that, it ends by itself. */
    private void includeNow(Place place, OwnedConnection reading) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_BLOCK.toNanos();
        while (!place.read && place.reader.isAtWork() && System.nanoTime() - deadline < 0) {
            try {
                reading.unblock(redis);
            } catch (PulseException e) {
                return;
            }
            Tasks.sleep(BETWEEN_CALLS);
        }
    }

    /** Reads it no more; the last one ends the loop, and a read that blocks. */
    void remove(WorkerLife reader) {
        lock.lock();
        try {
            Place place = places.get(reader.inbox().key());
            if (place == null || place.reader != reader) {
                return;
            }
            places.remove(reader.inbox().key());
            if (places.isEmpty() && loop != null && connection != null) {
                loop.stop();
                connection.close();
                loop = null;
                connection = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins this inbox anew: some of what is there may have been passed over. */
    void readAgain(WorkerLife reader) {
        Place place = places.get(reader.inbox().key());
        if (place != null) {
            place.again = true;
        }
    }

    /** Whether the loop came round within that time. */
    boolean isRead(WorkerLife reader, Duration within) {
        Place place = places.get(reader.inbox().key());
        return place != null && System.nanoTime() - place.readAt < within.toNanos();
    }

    private void turn(OwnedConnection own) throws InterruptedException {
        List<Place> all = List.copyOf(places.values());
        if (all.isEmpty()) {
            throw new Loop.Over(new IllegalStateException("there is no worker"));
        }
        Duration block = all.stream()
                .map(place -> place.reader.pool().settings().lease().dividedBy(BLOCK_PARTS))
                .reduce(LONGEST_BLOCK, Durations::shorter);
        try {
            Map<String, List<@Nullable Object>> found = Replies.entriesByStream(own.call(read(all, block), block));
            for (Place place : all) {
                pass(place, found.getOrDefault(place.reader.inbox().key(), List.of()));
            }
        } catch (PulseException e) {
            // whatever was on its way is lost
            all.forEach(place -> {
                place.again = true;
                place.interrupted = true;
            });
            throw e;
        }
    }

    private static Command read(List<Place> all, Duration block) {
        Command command = Command.repeatable("XREAD")
                .arg("COUNT")
                .arg(MOST_ENTRIES)
                .arg("BLOCK")
                .arg(Math.max(1, block.toMillis()))
                .arg("STREAMS");
        for (Place place : all) {
            command.key(place.reader.inbox().key());
        }
        for (Place place : all) {
            if (place.again) {
                place.again = false;
                place.last = "0";
            }
            command.arg(place.last);
        }
        return command;
    }

    private static void pass(Place place, List<@Nullable Object> entries) {
        for (Object raw : entries) {
            InboxEntry entry = InboxEntry.read(raw);
            place.reader.inbox().accept(entry);
            place.last = entry.id();
        }
        place.readAt = System.nanoTime();
        place.read = true;
        if (place.interrupted) {
            place.interrupted = false;
            place.reader.compare();
        }
    }
}
