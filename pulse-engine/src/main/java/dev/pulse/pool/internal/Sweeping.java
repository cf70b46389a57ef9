package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MemberScripts.NotYet;
import dev.pulse.pool.internal.MemberScripts.OutOfRing;
import dev.pulse.pool.internal.MemberScripts.Swept;
import dev.pulse.pool.internal.PlacementScripts.Batch;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.PlacementScripts.Placed;
import dev.pulse.pool.internal.PoolReads.JobSeen;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the jobs of workers whose lease has ended to others. Every step is conditional for each job, so that several nodes can
 * do it at once, and what one leaves half done another ends.
 */
final class Sweeping {
    private static final Logger LOG = LoggerFactory.getLogger("dev.pulse");
    /** How many leases are looked at in one round: those that ended come first. */
    private static final int CANDIDATES = 20;

    private final Redis redis;
    private final String pool;
    private final Forwarding forwarding;

    Sweeping(Redis redis, String pool, Forwarding forwarding) {
        this.redis = redis;
        this.pool = pool;
        this.forwarding = forwarding;
    }

    /**
     * Begins with each worker whose lease has ended.
     *
     * @return how long the next lease lasts; empty when no worker is left
     */
    Optional<Duration> begin(PoolIncarnation at) throws InterruptedException {
        List<@Nullable Object> first = Replies.list(redis.call(
                Command.repeatable("ZRANGE").key(at.keys().leases()).arg(0).arg(CANDIDATES - 1L)));
        for (Object worker : first) {
            Swept swept = begin(at, Replies.text(worker));
            if (swept instanceof NotYet notYet) {
                return Optional.of(notYet.time());
            }
            if (swept instanceof OutOfRing) {
                LOG.warn("pool={} worker={} state=swept cause=\"its lease has ended\"", pool, Replies.text(worker));
                sweep(at, Replies.text(worker));
            }
        }
        return first.size() < CANDIDATES ? Optional.empty() : Optional.of(Duration.ZERO);
    }

    private Swept begin(PoolIncarnation at, String worker) throws InterruptedException {
        while (true) {
            Swept swept = at.members().sweepBegin(redis, worker, at.ring().leftBy(worker));
            switch (swept) {
                case RingChanged changed -> at.learn(changed);
                case OutOfRing out -> {
                    at.learn(Ring.parse(out.ringVersion(), out.slots()));
                    return swept;
                }
                default -> {
                    return swept;
                }
            }
        }
    }

    /** Gives away all that such a worker has, and ends it. */
    void sweep(PoolIncarnation at, String worker) throws InterruptedException {
        String cursor = "0";
        do {
            PoolReads.Page page = at.reads().ownedBy(redis, worker, cursor);
            cursor = page.cursor();
            List<JobSeen> jobs = page.jobs();
            for (int from = 0; from < jobs.size(); from += PlacementScripts.MOST) {
                if (!give(at, worker, jobs.subList(from, Math.min(jobs.size(), from + PlacementScripts.MOST)))) {
                    return;
                }
            }
        } while (!cursor.equals("0"));
        forwarding.empty(at, worker);
        // what is left came from another's step meanwhile: the next beat shows it again
        at.members().sweepEnd(redis, worker);
    }

    /** Whether to go on. */
    private boolean give(PoolIncarnation at, String worker, List<JobSeen> seen) throws InterruptedException {
        while (true) {
            Ring ring = at.ring();
            List<Moving> jobs = seen.stream().map(job -> Moving.of(job, ring)).toList();
            Batch batch = at.placement().sweepStep(redis, ring.version(), worker, jobs);
            if (batch instanceof Placed) {
                return true;
            }
            if (!(batch instanceof RingChanged changed)) {
                return false;
            }
            at.learn(changed);
        }
    }
}
