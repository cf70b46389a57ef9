package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MessageScripts.Resent;
import dev.pulse.pool.internal.PlacementScripts.Batch;
import dev.pulse.pool.internal.PlacementScripts.Placed;
import dev.pulse.pool.internal.PlacementScripts.Placement;
import dev.pulse.pool.internal.PoolReads.Due;
import dev.pulse.pool.internal.PoolReads.JobSeen;
import dev.pulse.redis.Redis;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives jobs and messages that wait for a worker, or for a time that has come, to their owners. Any node may, at any time. */
final class Placing {
    private final Redis redis;
    private final WorkerReports reports;

    Placing(Redis redis, WorkerReports reports) {
        this.redis = redis;
        this.reports = reports;
    }

    /** Gives away all that wait for a worker, the oldest first. */
    void placeWaiting(PoolIncarnation at) throws InterruptedException {
        // a job that stays, because its keys are not ours, is no reason to leave those behind it
        int staying = 0;
        while (!at.ring().isEmpty()) {
            List<JobSeen> jobs = at.reads().waiting(redis, staying);
            List<Placement> placed = place(at, jobs);
            if (placed.isEmpty()) {
                return;
            }
            staying += (int) placed.stream()
                    .filter(job -> job.kind() == Placement.Kind.BROKEN)
                    .count();
        }
    }

    /** What has been due for longest; empty when nothing is. */
    Optional<String> firstDue(PoolIncarnation at) throws InterruptedException {
        return at.reads().due(redis, 0, 1).first();
    }

    /**
     * Gives away all whose time has come; jobs without a worker wait for one, messages for another time.
     *
     * @return false when nothing could be given away, though something is due
     */
    boolean placeDue(PoolIncarnation at) throws InterruptedException {
        int staying = 0;
        int gone = 0;
        while (true) {
            Due due = at.reads().due(redis, staying, PlacementScripts.MOST);
            List<Placement> placed = place(at, due.jobs());
            if (due.first().isEmpty() || placed.size() < due.jobs().size()) {
                return gone > 0 || (staying == 0 && due.first().isEmpty());
            }
            int some = drop(at, due.foreign())
                    + (int) placed.stream().filter(Placing::isGone).count();
            for (Map.Entry<String, String> message : due.messages().entrySet()) {
                some += isPlaced(at, message.getKey(), message.getValue()) ? 1 : 0;
            }
            gone += some;
            // what stays, because it is not ours, is no reason to leave what is behind it
            staying += due.size() - some;
        }
    }

    /** What is none of ours would stand before what comes due for ever. */
    private int drop(PoolIncarnation at, List<String> foreign) throws InterruptedException {
        if (foreign.isEmpty()) {
            return 0;
        }
        int dropped = (int) at.placement().dropDue(redis, foreign);
        if (dropped > 0) {
            reports.droppedDue(dropped, foreign.getFirst());
        }
        return dropped;
    }

    private static boolean isGone(Placement job) {
        return job.kind() != Placement.Kind.BROKEN && job.kind() != Placement.Kind.NOTYET;
    }

    /** Empty when nothing is handed out now. */
    private List<Placement> place(PoolIncarnation at, List<JobSeen> seen) throws InterruptedException {
        while (!seen.isEmpty()) {
            Ring ring = at.ring();
            List<PlacementScripts.Placing> jobs = seen.stream()
                    .map(job -> new PlacementScripts.Placing(
                            job.key(),
                            job.id(),
                            job.client(),
                            ring.ownerOf(job.key()).orElse("")))
                    .toList();
            Batch batch = at.placement().place(redis, ring.version(), jobs);
            if (batch instanceof Placed placed) {
                for (int i = 0; i < seen.size(); i++) {
                    if (placed.jobs().get(i).kind() == Placement.Kind.BROKEN) {
                        reports.notPlaced(seen.get(i).key());
                    }
                }
                return placed.jobs();
            }
            if (!(batch instanceof RingChanged changed)) {
                return List.of();
            }
            at.learn(changed);
        }
        return List.of();
    }

    private boolean isPlaced(PoolIncarnation at, String message, String key) throws InterruptedException {
        while (true) {
            Ring ring = at.ring();
            if (ring.isEmpty()) {
                return false;
            }
            Resent resent =
                    at.messages().place(redis, ring.version(), ring.ownerOf(key).orElseThrow(), message);
            if (!(resent instanceof RingChanged changed)) {
                return resent instanceof MessageScripts.Sent;
            }
            at.learn(changed);
        }
    }
}
