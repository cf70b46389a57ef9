package dev.pulse.pool.internal;

import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.pool.internal.HandlerCalls.Returned;
import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.redis.Redis;
import dev.pulse.task.Backoff;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Jobs that live until they are stopped: their handler begins them, and ends them when they stop or move. Thread-safe. */
final class ServiceSteps extends JobSteps {
    /** How often a job that ran before is tried again at the most. */
    private static final int MOST_RESTARTS = 5;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(5);

    private final ServiceHandler handler;
    private final WorkerOptions options;
    private final Deliveries deliveries;

    ServiceSteps(WorkerLife life, ServiceHandler handler, WorkerOptions options) {
        super(life);
        this.handler = handler;
        this.options = options;
        this.deliveries = new Deliveries(life, handler, settling);
    }

    @Override
    void deliver(KeyWork work, @Nullable JobHandle held, Mail mail, InboxEntry.Note note) {
        deliveries.note(work, held, mail, note);
    }

    @Override
    void deliver(KeyWork work, Mail mail, InboxEntry.Message message) {
        deliveries.message(work, mail, message);
    }

    @Override
    boolean deliversAtOnce() {
        return false;
    }

    @Override
    void waits(JobHandle job) {}

    @Override
    void beginAgain(Redis redis, JobHandle job) throws InterruptedException {
        scripts.started(redis, job.held(), "");
    }

    @Override
    void start(KeyWork work, JobHandle job) {
        if (life.isPoolLost()) {
            life.room().give();
            return;
        }
        if (job.lacksPayload()) {
            fetchPayload(work, job);
        }
        if (life.fenceIfDue()) {
            work.end(job, End.FENCE);
        } else if (!life.isOwner(job.key())) {
            work.end(job, End.MOVE);
        }
        if (!work.enterUnlessEnding(job, Phase.STARTING)) {
            life.room().give();
            leave(work, job);
            return;
        }
        Returned returned = life.calls().start(job, options.startTimeout(), () -> handler.start(job));
        // another life of the worker may have taken it over meanwhile
        ServiceSteps steps = (ServiceSteps) job.life().steps();
        if (returned.thrown() == null && !returned.late()) {
            steps.started(work, job);
        } else {
            steps.failed(work, job, returned);
        }
    }

    private void started(KeyWork work, JobHandle job) {
        OwnerScripts.Started told = settling.settle(work, redis -> scripts.started(redis, job.held(), job.entry()));
        if (told == OwnerScripts.Started.GONE) {
            life.poolGone();
        } else if (told != null) {
            job.startTold();
            life.reports().started.increment();
        }
        work.enter(job, Phase.RUNNING);
        if (told == OwnerScripts.Started.STALE) {
            work.end(job, End.STALE);
        } else if (told == OwnerScripts.Started.WISHED) {
            work.end(job, End.STOP);
        }
    }

    private void failed(KeyWork work, JobHandle job, Returned returned) {
        Throwable thrown = returned.thrown();
        if (thrown == null) {
            // it works, but counts as failed: somebody else may be told to begin it
            stopHandler(job);
        }
        life.room().give();
        if (job.end() == End.FENCE || (life.isCut() && !returned.late())) {
            // what was interrupted for this worker's sake has not failed
            leave(work, job);
            return;
        }
        String cause = returned.late() ? "start took more than " + options.startTimeout() : String.valueOf(thrown);
        life.reports().startFailed(job, cause, thrown);
        String error = shortened(cause);
        if (job.failsForGood()) {
            OwnerScripts.Ended ended = settling.settle(
                    work,
                    redis -> scripts.fail(
                            redis, job.held(), error, List.of(job.start().id())));
            if (ended == OwnerScripts.Ended.GONE) {
                life.poolGone();
            } else if (ended != null) {
                life.ended().failed(job.key(), job.fencingToken(), error);
            }
        } else {
            postpone(work, job, error);
        }
        life.disown(job);
    }

    private void postpone(KeyWork work, JobHandle job, String error) {
        int failures = job.start().attempts() + 1;
        OwnerScripts.Failure failure = new OwnerScripts.Failure(
                Backoff.afterFailure(failures, FIRST_RETRY, LAST_RETRY),
                error,
                OwnerScripts.Count.ADDED,
                Math.max(job.start().attemptsAllowed(), MOST_RESTARTS));
        OwnerScripts.Postponed postponed = settling.settle(
                work, redis -> later(redis, job, failure, List.of(job.start().id())));
        if (postponed == OwnerScripts.Postponed.GONE) {
            life.poolGone();
        } else if (postponed == OwnerScripts.Postponed.DEAD) {
            life.reports().died(job, failures, error);
        }
    }

    @Override
    void stop(KeyWork work, JobHandle job) {
        work.enter(job, Phase.STOPPING);
        stopHandler(job);
        life.room().give();
        job.life().steps().leave(work, job);
    }

    private void stopHandler(JobHandle job) {
        Throwable thrown = life.calls()
                .stop(job, life.pool().settings().stopTimeout(), () -> handler.stop(job))
                .thrown();
        if (thrown != null && job.life().isCut()) {
            life.reports().stopInterrupted(job, thrown);
        } else if (thrown != null) {
            life.reports().stopFailed(job, thrown);
        }
    }
}
