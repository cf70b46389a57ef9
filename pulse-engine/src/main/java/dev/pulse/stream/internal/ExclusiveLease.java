package dev.pulse.stream.internal;

import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to be the one active consumer of a sink, for a time by Redis' clock. Here it ends at the latest when it ends
 * there: the local time is taken before Redis is asked. Each new term has a fencing token greater than all before.
 * Thread-safe.
 */
final class ExclusiveLease {
    private static final Logger LOG = LoggerFactory.getLogger(ExclusiveLease.class);
    private static final Script TAKE = Script.loadRepeatable("/dev/pulse/stream/sink_lease.lua");
    private static final Script END = Script.loadRepeatable("/dev/pulse/stream/sink_lease_end.lua");
    private static final Duration HANDED_OVER = Duration.ofSeconds(10);

    private final Incarnation incarnation;
    private final String sink;
    private final String consumer;
    private final String key;
    private final String handover;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition taken = lock.newCondition();
    private volatile Term term = new Term(0, System.nanoTime());

    /** From when on, by {@link System#nanoTime}, the token is worth nothing. */
    private record Term(long token, long end) {}

    ExclusiveLease(Member member) {
        this.incarnation = member.incarnation();
        this.sink = member.sink();
        this.consumer = member.consumer();
        this.key = incarnation.keys().exclusiveLease(sink);
        this.handover = incarnation.keys().exclusiveHandover(sink);
    }

    /** Whether it is ours at this moment. */
    boolean isHeld() {
        return term.end() - System.nanoTime() > 0;
    }

    /** The token of our last term; 0 before the first. */
    long token() {
        return term.token();
    }

    /**
     * Takes or renews it.
     *
     * @return for how long another has it; zero when it is ours
     */
    Duration take(Redis redis, Duration lasts) throws InterruptedException {
        long before = System.nanoTime();
        List<@Nullable Object> reply = Replies.list(redis.eval(
                TAKE,
                List.of(
                        key,
                        handover,
                        incarnation.keys().resources(),
                        incarnation.keys().lifecycle()),
                List.of(consumer, lasts.toMillis(), incarnation.number())));
        long token = Replies.number(reply.get(1));
        if (Replies.number(reply.getFirst()) == 0) {
            if (isHeld()) {
                LOG.warn("stream={} sink={} state=lease-of-sink-lost", incarnation.stream(), sink);
            }
            term = new Term(term.token(), before);
            return Duration.ofMillis(Math.max(1, Replies.number(reply.get(2))));
        }
        if (token != term.token()) {
            LOG.info(
                    "stream={} sink={} consumer={} state=active token={}", incarnation.stream(), sink, consumer, token);
        }
        lock.lock();
        try {
            term = new Term(token, before + lasts.toNanos());
            taken.signalAll();
        } finally {
            lock.unlock();
        }
        return Duration.ZERO;
    }

    /** Waits until it is ours, for that long. */
    void awaitHeld(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        lock.lock();
        try {
            while (!isHeld() && taken.awaitNanos(deadline - System.nanoTime()) > 0) {
                // woken, or it was for nothing
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is given up, for that long, or until the connection is unblocked. */
    void await(OwnedConnection connection, Duration longest) throws InterruptedException {
        String seconds = String.format(Locale.ROOT, "%.3f", Math.max(1, longest.toMillis()) / 1000.0);
        connection.call(Command.write("BLPOP").key(handover).arg(seconds), longest);
    }

    /** Gives it up, so that another can have it at once. */
    void end(Redis redis) throws InterruptedException {
        if (term.token() != 0) {
            term = new Term(term.token(), System.nanoTime());
            redis.eval(END, List.of(key, handover), List.of(consumer, HANDED_OVER.toMillis()));
        }
    }
}
