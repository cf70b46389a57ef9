package dev.pulse.pool.internal;

import dev.pulse.pool.TaskHandler;
import dev.pulse.pool.TaskResult;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.pool.internal.OwnerScripts.Attempt;
import dev.pulse.pool.internal.OwnerScripts.Begun;
import dev.pulse.pool.internal.OwnerScripts.Count;
import dev.pulse.pool.internal.OwnerScripts.Failure;
import dev.pulse.pool.internal.OwnerScripts.NotBegun;
import dev.pulse.pool.internal.OwnerScripts.Postponed;
import dev.pulse.redis.Redis;
import dev.pulse.task.Backoff;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that run to their end: each attempt is counted in Redis, then the handler is called, on the key's thread, then Redis is
 * told how it ended. Where a task is to end before that, its handler is interrupted. Thread-safe.
 */
final class TaskSteps extends JobSteps {
    /** At once, but on another worker. */
    private static final Duration NOW = Duration.ZERO;

    private final TaskHandler handler;
    private final WorkerOptions options;

    TaskSteps(WorkerLife life, TaskHandler handler, WorkerOptions options) {
        super(life);
        this.handler = handler;
        this.options = options;
    }

    @Override
    void deliver(KeyWork work, @Nullable JobHandle held, Mail mail, InboxEntry.Note note) {
        life.reports().dropped(life.id(), note.id(), "a task takes no notifications");
        life.inbox().handled(note);
    }

    @Override
    void deliver(KeyWork work, Mail mail, InboxEntry.Message message) {
        String cause = "workers for tasks take no messages";
        life.reports().messageFailed(life.id(), message.key(), cause, null);
        MessageScripts.Entry entry =
                new MessageScripts.Entry(life.id(), message.id(), message.client(), message.request());
        var refused = MessageScripts.Handled.failed(entry, cause.getBytes(StandardCharsets.UTF_8));
        if (settling.settle(work, redis -> life.pool().messages().settle(redis, List.of(refused))) != null) {
            life.inbox().gone(message);
        }
    }

    @Override
    boolean deliversAtOnce() {
        return true;
    }

    @Override
    void beginAgain(Redis redis, JobHandle job) throws InterruptedException {
        scripts.begin(redis, job.held(), "", job.attempts(), false);
    }

    @Override
    void start(KeyWork work, JobHandle job) {
        if (job.start().payloadBytes() > LARGE && job.lacksPayload()) {
            fetchPayload(work, job);
        }
        lookWhetherToEnd(work, job);
        Begun begun = job.end() == null ? begin(work, job) : null;
        if (begun instanceof Attempt attempt) {
            job.begun(attempt.number(), allowed(job));
            if (job.lacksPayload()) {
                job.payload(attempt.payload());
            }
            // a lease that ended while Redis was asked ends the job
            life.fenceIfDue();
            if (work.enterUnlessEnding(job, Phase.AT_WORK)) {
                life.reports().attempts.increment();
                run(work, job);
                return;
            }
        }
        life.room().give();
        notRun(work, job, begun);
    }

    private void lookWhetherToEnd(KeyWork work, JobHandle job) {
        if (life.fenceIfDue()) {
            work.end(job, End.FENCE);
        } else if (!life.isOwner(job.key())) {
            work.end(job, End.MOVE);
        }
    }

    private int allowed(JobHandle job) {
        int own = job.start().attemptsAllowed();
        return own > 0 ? own : options.attempts();
    }

    private @Nullable Begun begin(KeyWork work, JobHandle job) {
        return settling.settle(
                work, redis -> scripts.begin(redis, job.held(), job.entry(), options.attempts(), job.lacksPayload()));
    }

    /** Its handler was not called: what becomes of it. */
    private void notRun(KeyWork work, JobHandle job, @Nullable Begun begun) {
        switch (begun) {
            case Attempt attempt -> endEarly(work, job);
            case NotBegun.SPENT -> die(work, job, "its worker was lost in the last of its attempts");
            case NotBegun.WISHED -> {
                work.end(job, End.STOP);
                leave(work, job);
            }
            case NotBegun.HOLD -> {
                work.end(job, End.MOVE);
                leave(work, job);
            }
            case NotBegun.STALE -> {
                work.end(job, End.STALE);
                leave(work, job);
            }
            case NotBegun.GONE -> {
                life.poolGone();
                settling.pause(work);
            }
            case null -> {
                // where Redis lost the pool another life of the worker has it dispatched anew
                if (job.end() != null || !life.isPoolLost()) {
                    leave(work, job);
                }
            }
        }
    }

    private void run(KeyWork work, JobHandle job) {
        AtomicReference<@Nullable TaskResult> result = new AtomicReference<>();
        Throwable thrown = life.calls().run(job, () -> result.set(handler.run(job)));
        work.enter(job, Phase.STOPPING);
        life.room().give();
        switch (result.get()) {
            case TaskResult.Done done -> finish(work, job, done.value());
            case TaskResult.Dead dead -> die(work, job, dead.cause());
            case TaskResult.Again again
            when job.end() == null || job.end() == End.MOVE ->
                postpone(work, job, new Failure(again.delay(), "", Count.TAKEN_BACK, job.attempts()));
            case TaskResult.Again again -> endEarly(work, job);
            case null -> {
                if (job.end() == null) {
                    failed(work, job, thrown);
                } else {
                    // it was interrupted, so it has not failed
                    endEarly(work, job);
                }
            }
        }
    }

    private void finish(KeyWork work, JobHandle job, byte[] result) {
        OwnerScripts.Ended ended = tell(
                work,
                job,
                OwnerScripts.Ended.GONE,
                (at, redis) -> at.pool().owners().finish(redis, job.held(), result, List.of()));
        if (ended == OwnerScripts.Ended.OK) {
            life.reports().done.increment();
            job.life().ended().done(job.key(), job.fencingToken(), result);
        }
        job.life().disown(job);
    }

    private void failed(KeyWork work, JobHandle job, @Nullable Throwable thrown) {
        String cause = thrown == null ? "the handler returned null" : thrown.toString();
        life.reports().attemptFailed(job, cause, thrown);
        Duration pause = Backoff.afterFailure(job.attempt(), options.backoff(), options.maxBackoff());
        postpone(work, job, new Failure(pause, shortened(cause), Count.KEPT, job.attempts()));
    }

    private void die(KeyWork work, JobHandle job, String cause) {
        postpone(work, job, new Failure(NOW, shortened(cause), Count.KEPT, 0));
    }

    /** It ends here before it is done, and nothing of it runs: where it goes on, it has as many attempts as before. */
    private void endEarly(KeyWork work, JobHandle job) {
        if (job.end() == End.MOVE) {
            postpone(work, job, new Failure(NOW, "", Count.TAKEN_BACK, job.attempts()));
        } else {
            job.life().steps().leave(work, job);
        }
    }

    private void postpone(KeyWork work, JobHandle job, Failure failure) {
        List<String> entries = job.entry().isEmpty() ? List.of() : List.of(job.entry());
        Postponed postponed =
                tell(work, job, Postponed.GONE, (at, redis) -> at.steps().later(redis, job, failure, entries));
        if (postponed == Postponed.DEAD) {
            life.reports().died(job, job.attempt(), failure.error());
        }
        job.life().disown(job);
    }

    /** Something to tell Redis in the name of one life of the worker. */
    private interface Telling<T> {
        T tell(WorkerLife at, Redis redis) throws InterruptedException;
    }

    /**
     * Tells Redis how a task ended. Where that loses the pool meanwhile, this waits for the life of the worker that says what
     * it ran: else the task would run once more.
     *
     * @param gone what says that the pool is lost
     * @return null when the lease was over before it was answered
     */
    private static <T> @Nullable T tell(KeyWork work, JobHandle job, T gone, Telling<T> telling) {
        while (true) {
            WorkerLife at = job.life();
            T told = at.steps().settling.settle(work, redis -> telling.tell(at, redis));
            if (told != null && told != gone) {
                return told;
            }
            if (told == gone) {
                at.poolGone();
            } else if (!at.isPoolLost() && job.life() == at) {
                return null;
            }
            at.steps().settling.pause(work);
        }
    }

    @Override
    void stop(KeyWork work, JobHandle job) {
        throw new IllegalStateException("a task that runs is interrupted: \"" + job.key() + '"');
    }

    @Override
    void waits(JobHandle job) {
        job.dropPayload();
    }
}
