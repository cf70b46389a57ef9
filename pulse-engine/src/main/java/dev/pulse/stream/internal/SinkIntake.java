package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.stream.AckMode;
import dev.pulse.task.Durations;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what streams of a sink have for this consumer, by blocking reads of all at once on a connection of its own: on
 * Redis Cluster of one stream, otherwise of all. It reads no more than there is room for, and nothing new while there is
 * something that comes before it. One thread reads; from any thread a read that blocks can be ended.
 */
final class SinkIntake<T> {
    private static final Logger LOG = LoggerFactory.getLogger(SinkIntake.class);
    /** How long one read goes on behind entries that are for no handler. */
    private static final Duration LONGEST_SEARCH = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final StreamSink<T> sink;
    private final Supplier<List<SinkSource<T>>> sources;
    private final OwnedConnection connection;
    /** Null when none is under way. */
    private volatile @Nullable Reading<T> reading;

    /** Whether it waits for the first entry. */
    private volatile boolean waiting;

    /** Which of them goes first, so that a busy one does not keep the others waiting. */
    private int turn;

    /** One read, and the streams that it is about. */
    private static final class Reading<T> {
        private final List<SinkSource<T>> of;

        Reading(List<SinkSource<T>> of) {
            this.of = of;
        }
    }

    /**
     * @param sources what is to be read at a time
     */
    SinkIntake(StreamSink<T> sink, Supplier<List<SinkSource<T>>> sources) {
        this.sink = sink;
        this.sources = sources;
        this.connection = sink.engine().redis().connection("sink");
    }

    /**
     * What comes next, waiting at most that long for the first.
     *
     * @param most how many events at most; fewer when there is room for fewer
     */
    List<SinkDelivery<T>> read(int most, Duration block) throws InterruptedException {
        int granted = sink.room().promise(most);
        if (granted == 0) {
            return List.of();
        }
        try {
            return read(inTurn(), granted, block);
        } finally {
            reading = null;
            sink.room().redeem(granted);
        }
    }

    String loopName() {
        List<SinkSource<T>> all = sources.get();
        return all.isEmpty() ? sink.loopName("read") : all.getFirst().loopName("read");
    }

    /** Whether it reads nothing any more: what it read was removed. */
    boolean isOver() {
        return sources.get().isEmpty();
    }

    private List<SinkSource<T>> inTurn() {
        List<SinkSource<T>> all = sources.get();
        // told before anything is looked at: whoever changes something afterwards ends the read
        reading = new Reading<>(all);
        if (!all.equals(sources.get())) {
            all = sources.get();
            reading = new Reading<>(all);
        }
        if (all.size() < 2) {
            return all;
        }
        turn = (turn + 1) % all.size();
        List<SinkSource<T>> turned = new ArrayList<>(all.subList(turn, all.size()));
        turned.addAll(all.subList(0, turn));
        return turned;
    }

    private List<SinkDelivery<T>> read(List<SinkSource<T>> all, int count, Duration block) throws InterruptedException {
        if (all.isEmpty() || !isActive(all, block)) {
            return List.of();
        }
        boolean answered = false;
        try {
            List<SinkDelivery<T>> found = backlog(all, count);
            if (found.isEmpty() && !sink.isStopped()) {
                found = readNew(all, count, block);
            }
            answered = true;
            return found;
        } catch (RedisReplyException e) {
            answered = true;
            if (!SinkGroup.isGroupMissing(e)) {
                throw e;
            }
            heal(all);
            return List.of();
        } finally {
            if (!answered) {
                all.forEach(source -> source.backlog().replyMayBeLost());
            }
        }
    }

    private boolean isActive(List<SinkSource<T>> all, Duration block) throws InterruptedException {
        // where each stream has its own intake, that of the first is about the lease
        OwnedConnection toWaitOn = all.stream().anyMatch(sink.sources()::isLead) ? connection : null;
        return sink.activity().isActive(all.getFirst().group().ackDeadline(), toWaitOn, block);
    }

    /** It is not said of which stream the group is missing. */
    private void heal(List<SinkSource<T>> all) throws InterruptedException {
        StreamDestroyedException destroyed = null;
        for (SinkSource<T> source : all) {
            try {
                source.membership().heal();
            } catch (StreamDestroyedException e) {
                source.over();
                destroyed = e;
            }
        }
        if (destroyed != null && sink.sources().isOver()) {
            throw destroyed;
        }
    }

    private List<SinkDelivery<T>> backlog(List<SinkSource<T>> all, int count) throws InterruptedException {
        long term = sink.fencingToken();
        for (SinkSource<T> source : all) {
            while (!source.backlog().isDone(term) && !sink.isStopped()) {
                List<SinkDelivery<T>> found = source.backlog().next(connection, count, term);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return List.of();
    }

    private List<SinkDelivery<T>> readNew(List<SinkSource<T>> all, int count, Duration longest)
            throws InterruptedException {
        Duration block = longest;
        for (SinkSource<T> source : all) {
            source.lag().beforeRead();
            block = Durations.shorter(block, source.backlog().untilLook());
        }
        List<SinkDelivery<T>> found = new ArrayList<>();
        boolean complete = false;
        try {
            readUntilFound(all, count, block, found);
            complete = true;
            return found;
        } finally {
            if (!complete) {
                // nobody will be handed what came of other streams before it failed
                found.forEach(SinkDelivery::giveBackUnbegun);
            }
        }
    }

    private void readUntilFound(List<SinkSource<T>> all, int count, Duration block, List<SinkDelivery<T>> found)
            throws InterruptedException {
        long begin = System.nanoTime();
        boolean more = readOnce(all, count, block, found);
        while (more
                && found.isEmpty()
                && !sink.isStopped()
                && count + sink.room().free() > 0
                && System.nanoTime() - begin < LONGEST_SEARCH.toNanos()) {
            // nothing but entries that are no events, or not for us: behind them there may be some
            more = readOnce(all, count, Duration.ZERO, found);
        }
    }

    /** Whether there was anything, if not a delivery. */
    private boolean readOnce(List<SinkSource<T>> all, int count, Duration block, List<SinkDelivery<T>> found)
            throws InterruptedException {
        if (count >= all.size()) {
            return readEach(all, count / all.size(), block, found);
        }
        // less room than streams: one after another
        for (SinkSource<T> source : all) {
            if (readEach(List.of(source), count, Duration.ZERO, found)) {
                return true;
            }
        }
        // of several that get one at this very moment each brings it, whatever room there is
        return !block.isZero() && readEach(all, 1, block, found);
    }

    private boolean readEach(List<SinkSource<T>> some, int count, Duration block, List<SinkDelivery<T>> found)
            throws InterruptedException {
        long before = System.nanoTime();
        Map<String, List<@Nullable Object>> reply;
        waiting = !block.isZero();
        try {
            reply = Replies.entriesByStream(connection.call(command(some, count, block), block));
        } finally {
            waiting = false;
        }
        for (SinkSource<T> source : some) {
            List<@Nullable Object> raw = reply.getOrDefault(source.incarnation().physical(), List.of());
            source.lag().replied(raw.size() >= count);
            if (!raw.isEmpty()) {
                source.backlog().eventsCame();
                List<SinkGroup.Received> fresh = new ArrayList<>(raw.size());
                raw.forEach(entry -> fresh.add(new SinkGroup.Received(Replies.list(entry), 0)));
                found.addAll(source.admission().admit(fresh, before));
            }
        }
        return !reply.isEmpty();
    }

    private Command command(List<SinkSource<T>> some, int count, Duration block) {
        Command command = Command.write("XREADGROUP")
                .arg("GROUP")
                .arg(sink.name())
                .arg(sink.consumer())
                .arg("COUNT")
                .arg(count);
        if (sink.options().ackMode() == AckMode.NONE) {
            command.arg("NOACK");
        }
        if (block.toMillis() > 0) {
            command.arg("BLOCK").arg(block.toMillis());
        }
        command.arg("STREAMS");
        some.forEach(source -> command.key(source.incarnation().physicalBytes()));
        some.forEach(source -> command.arg(">"));
        return command;
    }

    /** Whether a read that is about this stream is under way. */
    boolean isReading(SinkSource<T> source) {
        Reading<T> now = reading;
        return now != null && now.of.contains(source);
    }

    /** Whether all of this stream was handed out, to this or other consumers, and a read waits for more. */
    boolean isWaiting(SinkSource<T> source) {
        return waiting && isReading(source);
    }

    /** Has the read that may block look at what has changed; returns at once. */
    void endRead() {
        Reading<T> now = reading;
        if (now != null) {
            Tasks.start(sink.loopName("wake-up"), () -> endRead(now));
        }
    }

    /** Ends this read; it comes a moment too early as long as that has not begun to block. */
    private void endRead(Reading<T> now) {
        try {
            // no longer than the read would block by itself
            long deadline = System.nanoTime() + sink.options().blockTime().toNanos();
            while (reading == now && !Polls.until(deadline).isZero()) {
                unblock(sink.engine().redis());
                Tasks.sleep(LOOK_AGAIN);
            }
        } catch (PulseException | IllegalStateException e) {
            // Redis is away or forbids it, or all is closing: the read ends with its block time
            LOG.debug("sink={} state=woken-later", sink.name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the blocked read without losing what Redis may be handing out at this moment. */
    void unblock(Redis redis) throws InterruptedException {
        connection.unblock(redis);
    }

    /** Ends the blocked read the hard way. */
    void close() {
        connection.close();
    }
}
