package dev.pulse.stream.internal;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Watches how far a sink is behind on one stream. It shows in health when the stream soon trims what the sink has not
 * read, above 80 % of the bound until it is below 70 % again; and it reports what was trimmed unread. Thread-safe.
 *
 * <p>A look is one script. Upkeep has one made each few seconds, and before a read there is one when there may be much to
 * read: after a read that brought all it asked for, and after a pause, but not more than ten a second. A consumer that
 * waits in Redis for the next event needs none: its sink has read all there is.
 */
final class LagWatch implements AutoCloseable {
    private static final Script LOOK = Script.load("/dev/pulse/stream/sink_lag.lua");
    private static final long SHOWN_ABOVE_PERCENT = 80;
    private static final long CLEARED_BELOW_PERCENT = 70;
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
    private static final long BETWEEN_NANOS = Duration.ofMillis(100).toNanos();

    private final Redis redis;
    private final Incarnation incarnation;
    private final String sink;
    private final SinkReports reports;
    private final LoopSignal signal;
    /** Whether a loss that cannot be counted was reported, and the sink has not read past it yet. */
    private final AtomicBoolean uncounted = new AtomicBoolean();

    /** Whether the last read may have left something. */
    private volatile boolean behind = true;
    /** Whether it was behind since the last look. */
    private volatile boolean wasBehind = true;

    private volatile long repliedAt = System.nanoTime();
    private volatile long lookedAt = repliedAt - BETWEEN_NANOS;

    LagWatch(Redis redis, Signals signals, Member member, SinkReports reports) {
        this.redis = redis;
        this.incarnation = member.incarnation();
        this.sink = member.sink();
        this.reports = reports;
        this.signal = signals.loop("sink " + incarnation.stream() + "/" + sink + " lag", false);
    }

    /** A read was answered; {@code full} when it brought all that it asked for. */
    void replied(boolean full) {
        repliedAt = System.nanoTime();
        behind = full;
        wasBehind |= full;
    }

    /** Looks before a read, when what that brings may lie behind something that was trimmed. */
    void beforeRead() throws InterruptedException {
        long now = System.nanoTime();
        if ((behind || now - repliedAt > PAUSE_NANOS) && now - lookedAt > BETWEEN_NANOS) {
            look();
        }
    }

    /**
     * Looks because it is time to. Only here the lag is judged for health: bursts come and go.
     *
     * @param waiting whether the consumer waits in Redis for the next event
     */
    void check(boolean waiting) throws InterruptedException {
        if (waiting && !wasBehind) {
            signal.warns("");
        } else {
            judgeLag(look());
        }
    }

    /** Returns the lag, -1 when Redis does not know it. */
    private long look() throws InterruptedException {
        lookedAt = System.nanoTime();
        wasBehind = behind;
        List<@Nullable Object> reply = Replies.list(redis.eval(LOOK, List.of(incarnation.physical()), List.of(sink)));
        if (reply.isEmpty()) {
            // whoever needs the group finds it missing, and makes it again
            return -1;
        }
        judgeLoss(Replies.number(reply.get(1)), Replies.text(reply.get(2)), Replies.text(reply.get(3)));
        return Replies.number(reply.get(0));
    }

    private void judgeLag(long lag) {
        long bound = incarnation.retention().maxLength();
        if (bound == 0 || lag < 0) {
            return;
        }
        if (percent(lag, bound) > SHOWN_ABOVE_PERCENT) {
            signal.warns(lag + " events are not delivered yet, of " + bound
                    + " that the stream keeps at most: what is trimmed before is lost to this sink");
        } else if (percent(lag, bound) < CLEARED_BELOW_PERCENT) {
            signal.warns("");
        }
    }

    private static double percent(long lag, long bound) {
        return 100.0 * lag / bound;
    }

    private void judgeLoss(long lost, String after, String first) {
        if (lost >= 0) {
            uncounted.set(false);
            if (lost > 0) {
                reports.lost(after, first, OptionalLong.of(lost));
            }
        } else if (uncounted.compareAndSet(false, true)) {
            reports.lost(after, first, OptionalLong.empty());
        }
    }

    @Override
    public void close() {
        signal.close();
    }
}
