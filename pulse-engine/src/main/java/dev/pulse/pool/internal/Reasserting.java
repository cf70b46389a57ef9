package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.OwnerScripts.Claim;
import dev.pulse.pool.internal.OwnerScripts.Reasserted;
import dev.pulse.pool.internal.OwnerScripts.Running;
import dev.pulse.pool.internal.PlacementScripts.Batch;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.timed.PoolSide.By;
import dev.pulse.pool.internal.timed.ScheduledId;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Says to Redis what a worker runs, after that lost its state: running jobs are what is missed most, and their owner has key,
 * payload and token in memory. Every handler that has not returned is said, with its token; what was not begun, or was
 * stopped only to be moved, is dispatched anew.
 */
final class Reasserting {
    private final WorkerLife worker;

    private int kept;
    private int admitted;
    private int lost;

    /** For the worker that has them from now on. */
    Reasserting(WorkerLife worker) {
        this.worker = worker;
    }

    /** Takes over what a former life of the worker runs, whose pool Redis lost. */
    void takeOver(WorkerLife before) throws InterruptedException {
        List<JobHandle> atWork = new ArrayList<>();
        List<JobHandle> idle = new ArrayList<>();
        for (JobHandle job : before.jobs()) {
            (job.work().setAside(job) ? idle : atWork).add(job);
        }
        say(atWork);
        for (JobHandle job : idle) {
            admit(job);
            if (job.phase() == JobHandle.Phase.MOVING) {
                before.disown(job);
            }
        }
        worker.reports().reasserted(worker.id(), kept, admitted, lost);
    }

    private void say(List<JobHandle> jobs) throws InterruptedException {
        int from = 0;
        do {
            int to = Math.min(jobs.size(), from + PlacementScripts.MOST);
            say(jobs.subList(from, to), to == jobs.size());
            from = to;
        } while (from < jobs.size());
    }

    private void say(List<JobHandle> jobs, boolean last) throws InterruptedException {
        List<Running> running = jobs.stream().map(Reasserting::running).toList();
        Backoff backoff = Settling.backoff();
        while (worker.isAtWork()) {
            try {
                OwnerScripts.Reassertion reply =
                        worker.pool().owners().reassert(worker.pool().redis(), worker.id(), running, last);
                if (reply instanceof Reasserted reasserted) {
                    for (int i = 0; i < jobs.size(); i++) {
                        settle(jobs.get(i), reasserted.jobs().get(i));
                    }
                }
                return;
            } catch (PulseException e) {
                worker.reports().unsettled(worker.id(), e);
                Tasks.sleep(backoff.next());
            }
        }
    }

    /** As Redis is told. */
    static Running running(JobHandle job) {
        InboxEntry.Start start = job.start();
        return new Running(
                job.key(),
                job.fencingToken(),
                job.id(),
                job.payload(),
                job.end() == End.STOP,
                start.starts() + 1,
                start.attemptsAllowed(),
                job.attempt());
    }

    private void settle(JobHandle job, Claim claim) throws InterruptedException {
        switch (claim) {
            case OK -> keep(job);
            case WISHED -> {
                keep(job);
                job.work().end(job, End.STOP);
            }
            case LOST -> lose(job);
            case BROKEN -> {
                worker.reports().broken(worker.id(), job.key());
                lose(job);
            }
        }
    }

    private void keep(JobHandle job) throws InterruptedException {
        kept++;
        if (job.life() != worker && !worker.adopt(job)) {
            giveAway(job);
        }
    }

    /** Its handler has returned since it was said; where it was to stop, that ends it. */
    private void giveAway(JobHandle job) throws InterruptedException {
        PoolIncarnation pool = worker.pool();
        Batch batch;
        do {
            Ring ring = pool.ring();
            Moving move = new Moving(
                    job.key(),
                    job.id(),
                    job.fencingToken(),
                    "",
                    job.held().client(),
                    ring.ownerOf(job.key()).orElse(""));
            batch = pool.placement().move(pool.redis(), ring.version(), worker.id(), List.of(move));
            if (batch instanceof RingChanged changed) {
                pool.learn(changed);
            }
        } while (batch instanceof RingChanged);
    }

    private void lose(JobHandle job) {
        lost++;
        job.work().end(job, End.STALE);
    }

    /** The former life never said that it has begun, or has stopped it: anybody may begin it. */
    private void admit(JobHandle job) throws InterruptedException {
        if (job.lacksPayload()) {
            // nobody has it any more
            lost++;
            return;
        }
        InboxEntry.Start start = job.start();
        JobScripts.Request request = new JobScripts.Request(
                job.key(),
                job.id(),
                "",
                job.payload(),
                start.client(),
                start.attemptsAllowed(),
                Duration.ZERO,
                false,
                false,
                ScheduledId.scheduleOf(job.id(), job.key())
                        .map(schedule -> new By(schedule, ""))
                        .orElse(null));
        while (worker.isAtWork()) {
            Ring ring = worker.pool().ring();
            try {
                JobScripts.Admission admission = worker.pool()
                        .jobs()
                        .admit(
                                worker.pool().redis(),
                                ring.version(),
                                ring.ownerOf(job.key()).orElse(""),
                                ring.first(),
                                request);
                if (!(admission instanceof RingChanged changed)) {
                    admitted++;
                    return;
                }
                worker.pool().learn(changed);
            } catch (PulseException e) {
                // it may have been admitted: once more it is at most known
                worker.reports().unsettled(job.key(), e);
                Tasks.sleep(Settling.backoff().next());
            }
        }
    }
}
