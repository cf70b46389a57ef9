package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MemberScripts.NotYet;
import dev.pulse.pool.internal.MemberScripts.OutOfRing;
import dev.pulse.pool.internal.MemberScripts.Swept;
import dev.pulse.pool.internal.PlacementScripts.Batch;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.PlacementScripts.Placed;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import java.time.Duration;
import java.util.ArrayList;
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

    Sweeping(Redis redis, String pool) {
        this.redis = redis;
        this.pool = pool;
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
                case RingChanged changed -> at.learn(Ring.parse(changed.version(), changed.slots()));
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
            List<@Nullable Object> page = Replies.list(redis.call(Command.repeatable("SSCAN")
                    .key(at.keys().owned(worker))
                    .arg(cursor)
                    .arg("COUNT")
                    .arg(PlacementScripts.MOST)));
            cursor = Replies.text(page.getFirst());
            List<String> keys =
                    Replies.list(page.get(1)).stream().map(Replies::text).toList();
            for (int from = 0; from < keys.size(); from += PlacementScripts.MOST) {
                if (!give(at, worker, keys.subList(from, Math.min(keys.size(), from + PlacementScripts.MOST)))) {
                    return;
                }
            }
        } while (!cursor.equals("0"));
        // what is left in its set came from another's step meanwhile: the next beat shows it again
        at.members().sweepEnd(redis, worker);
    }

    /** Whether to go on. */
    private boolean give(PoolIncarnation at, String worker, List<String> keys) throws InterruptedException {
        List<Moving> records = records(at, keys);
        while (!records.isEmpty()) {
            Ring ring = at.ring();
            List<Moving> jobs = records.stream()
                    .map(job -> new Moving(
                            job.key(),
                            job.id(),
                            job.token(),
                            "",
                            ring.ownerOf(job.key()).orElse("")))
                    .toList();
            Batch batch = at.placement().sweepStep(redis, ring.version(), worker, jobs);
            if (batch instanceof Placed) {
                return true;
            }
            if (!(batch instanceof RingChanged changed)) {
                return false;
            }
            at.learn(Ring.parse(changed.version(), changed.slots()));
        }
        return true;
    }

    private List<Moving> records(PoolIncarnation at, List<String> keys) throws InterruptedException {
        @Nullable
        Object[] replies = redis.callAll(keys.stream()
                .map(key -> Command.repeatable("HMGET")
                        .key(at.keys().job(key))
                        .arg("id")
                        .arg("t"))
                .toList());
        List<Moving> records = new ArrayList<>();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i] instanceof List<?> record && record.getFirst() != null) {
                records.add(new Moving(
                        keys.get(i),
                        Replies.text(record.getFirst()),
                        Long.parseLong(Replies.text(record.get(1))),
                        "",
                        ""));
            }
        }
        return records;
    }
}
