package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.number;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.PulseEvent;
import dev.pulse.pool.internal.PoolReads.JobSeen;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.task.Signals;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops dead jobs that a pool keeps no longer, so that what always fails does not fill Redis. Any node may, at any time: whichever
 * did it tells.
 */
final class DeadJobs {
    private static final Logger LOG = LoggerFactory.getLogger("dev.pulse");
    private static final Script DROP_DEAD = PoolScript.repeatable("drop_dead");
    /** What dies at a beat is few; where there are more, because the bounds were made narrower, sweeping is not to wait. */
    private static final int STEPS = 50;

    private final Redis redis;
    private final String pool;
    private final Signals signals;

    DeadJobs(Redis redis, String pool, Signals signals) {
        this.redis = redis;
        this.pool = pool;
        this.signals = signals;
    }

    /** Drops what died too long ago, and the oldest of too many: some thousands at most, the rest at the next beat. */
    void drop(PoolIncarnation at) throws InterruptedException {
        long dropped = 0;
        for (int i = 0; i < STEPS; i++) {
            Step step = drop(at.keys(), at.reads().dead(redis));
            if (step.gone() == 0) {
                break;
            }
            dropped += step.jobs();
        }
        if (dropped > 0) {
            LOG.warn(
                    "pool={} state=dropped dead={} cause=\"dead jobs are kept no longer, or no more of them\"",
                    pool,
                    dropped);
            signals.emit(new PulseEvent.DeadJobsDropped(pool, dropped));
        }
    }

    /**
     * What one step came to.
     *
     * @param gone how many are dead no longer
     * @param jobs how many of them were dropped; others were somewhere else, or none of ours
     */
    record Step(long gone, long jobs) {}

    /** Drops those of some that are to go, at most {@value PlacementScripts#MOST}, the oldest first. */
    Step drop(PoolKeys keys, List<JobSeen> jobs) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.dead()));
        List<Object> arguments = new ArrayList<>();
        for (JobSeen job : jobs) {
            names.addAll(List.of(keys.job(job.key()), keys.payload(job.key())));
            arguments.addAll(List.of(job.key(), job.id()));
        }
        List<@Nullable Object> reply = Replies.list(redis.eval(DROP_DEAD, names, arguments));
        return switch (word(reply)) {
            case "OK" -> new Step(number(reply, 1), number(reply, 2));
            case "GONE" -> new Step(0, 0);
            default -> throw unknown("drop_dead", reply);
        };
    }
}
