package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.redis.Redis;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Tasks;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Acts on what the beats of one handle find: a newer ring, other settings, a shutdown, a loss of state. */
final class PoolWatch implements Heartbeat.Findings {
    private static final Logger LOG = LoggerFactory.getLogger("dev.pulse");

    private final String pool;
    private final Redis redis;
    private final PoolLife life;
    private final Answers answers;
    private final Upkeep upkeep;
    private final DueJobs dueJobs;
    private final Cleaning cleaning;
    private final Set<WorkerHandle> workers;

    /* of the thread that acts */
    private final Set<WorkerHandle> leaving = new HashSet<>();
    private @Nullable PoolIncarnation lost;

    PoolWatch(
            String pool,
            Redis redis,
            PoolLife life,
            Answers answers,
            Upkeep upkeep,
            DueJobs dueJobs,
            Cleaning cleaning,
            Set<WorkerHandle> workers) {
        this.pool = pool;
        this.redis = redis;
        this.life = life;
        this.answers = answers;
        this.upkeep = upkeep;
        this.dueJobs = dueJobs;
        this.cleaning = cleaning;
        this.workers = workers;
    }

    @Override
    public void found(PoolIncarnation at, Alive found) throws InterruptedException {
        if (found.ringVersion() != at.ring().version() || found.settingsVersion() != at.settingsVersion()) {
            at.refresh();
        }
        // whoever asked Redis first may have found that it lost the pool
        workers.forEach(worker -> worker.poolIs(at));
        upkeep.found(at, found);
        dueJobs.found(at, found);
        if (found.closing()) {
            end(at);
        }
    }

    /** Helps a shutdown to its end: our workers stop what they run, and what nobody has goes. */
    private void end(PoolIncarnation at) throws InterruptedException {
        for (WorkerHandle worker : workers) {
            if (leaving.add(worker)) {
                LOG.info("pool={} worker={} state=leaving cause=\"the pool is shut down\"", pool, worker.id());
                Tasks.start("pool " + pool + " shutdown", () -> worker.close(Deadlines.afterDefaultDrain()));
            }
        }
        if (cleaning.clean(at)) {
            life.ended();
            LOG.info("pool={} incarnation={} state=shut-down", pool, at.g());
            answers.nudge();
        }
    }

    @Override
    public void gone(PoolIncarnation gone) throws InterruptedException {
        if (gone == lost) {
            // a beat that was sent before the next one was found
            return;
        }
        try {
            PoolIncarnation next = life.after(gone, redis.forOneCall());
            LOG.warn("pool={} incarnation={} state=lost next={}", pool, gone.g(), next.g());
            workers.forEach(worker -> worker.poolIs(next));
        } catch (PoolShutDownException e) {
            LOG.info("pool={} incarnation={} state=shut-down", pool, gone.g());
            workers.forEach(WorkerHandle::poolEnded);
        }
        lost = gone;
        answers.nudge();
    }
}
