package dev.pulse.stream.internal;

import dev.pulse.redis.Redis;
import dev.pulse.stream.StreamFigures;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Signals;
import java.util.OptionalLong;

/**
 * Shows in health when a sink is so far behind that its stream soon trims what it has not read: above 80 % of the bound,
 * until it is below 70 % again. Used by one thread, which calls {@link #check} each few seconds; a call is one script.
 */
final class LagWatch implements AutoCloseable {
    private static final long SHOWN_ABOVE_PERCENT = 80;
    private static final long CLEARED_BELOW_PERCENT = 70;

    private final Redis redis;
    private final Incarnation incarnation;
    private final String sink;
    private final LoopSignal signal;

    LagWatch(Redis redis, Signals signals, Incarnation incarnation, String sink) {
        this.redis = redis;
        this.incarnation = incarnation;
        this.sink = sink;
        this.signal = signals.loop("sink " + incarnation.stream() + "/" + sink + " lag", false);
    }

    /** Asks Redis how far the sink is; without a bound, or before 7.0, there is nothing to show. */
    void check() throws InterruptedException {
        long bound = incarnation.retention().maxLength();
        if (bound == 0) {
            return;
        }
        Figures.of(redis, incarnation).groups().stream()
                .filter(group -> group.sink().equals(sink))
                .map(StreamFigures.Group::lag)
                .flatMapToLong(OptionalLong::stream)
                .forEach(lag -> judge(lag, bound));
    }

    private void judge(long lag, long bound) {
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

    @Override
    public void close() {
        signal.close();
    }
}
