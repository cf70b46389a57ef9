package dev.pulse.pool.internal;

import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.pool.internal.HandlerCalls.Returned;
import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.pool.internal.OwnerScripts.About;
import dev.pulse.pool.internal.OwnerScripts.Waiter;
import dev.pulse.redis.Command;
import dev.pulse.task.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with a key: begins and ends jobs, and tells Redis. Each step runs on the key's thread, and leaves the job
 * assigned, running, moving or over. Thread-safe.
 */
final class JobSteps {
    /** How often a job that ran before is tried again at the most. */
    private static final int MOST_RESTARTS = 5;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(5);
    private static final int LONGEST_CAUSE = 1_000;
    /** What others are not to wait behind. */
    private static final int LARGE = 256 * 1024;

    private static final byte[] NONE = {};

    private final WorkerLife life;
    private final ServiceHandler handler;
    private final WorkerOptions options;
    private final OwnerScripts scripts;
    private final Settling settling;
    private final Deliveries deliveries;

    JobSteps(WorkerLife life, ServiceHandler handler, WorkerOptions options) {
        this.life = life;
        this.handler = handler;
        this.options = options;
        this.scripts = life.pool().owners();
        this.settling = new Settling(life);
        this.deliveries = new Deliveries(life, handler, settling);
    }

    /**
     * Does what an entry hints at.
     *
     * @param held the job that the key has
     */
    void handle(KeyWork work, @Nullable JobHandle held, Mail mail) {
        if (!life.isAtWork()) {
            // whoever sweeps this worker finds the entry in its inbox
            return;
        }
        switch (mail.entry()) {
            case InboxEntry.Start start -> takeStart(work, held, mail, start);
            case InboxEntry.Stop stop -> takeStop(work, held, mail, stop);
            case InboxEntry.Note note -> deliveries.note(work, held, mail, note);
            case InboxEntry.Message message -> deliveries.message(work, mail, message);
            case InboxEntry.Changed changed -> throw new IllegalStateException("it is of no key: " + changed);
            case InboxEntry.Malformed malformed -> throw new IllegalStateException("it is of no key: " + malformed);
        }
    }

    private void takeStart(KeyWork work, @Nullable JobHandle held, Mail mail, InboxEntry.Start start) {
        if (held != null && held.fencingToken() < start.token()) {
            // the key has been given out anew: what runs here runs without right, and ends first
            work.putBack(mail);
            work.end(held, End.STALE);
        } else if (held != null) {
            if (!held.entry().equals(start.id())) {
                life.inbox().handled(start);
            }
        } else if (mail.isNew()) {
            assign(work, start, false);
        } else {
            takeIfOurs(work, start);
        }
    }

    /** It was read before, or may have been: only the record knows whether the job is over. */
    private void takeIfOurs(KeyWork work, InboxEntry.Start start) {
        if (life.ended().of(start.key(), start.token()).isPresent()) {
            // Redis forgot it
            life.inbox().handled(start);
            life.compare();
            return;
        }
        JobScripts.Known known =
                settling.settle(work, redis -> life.pool().jobs().ask(redis, start.key(), start.dispatchId()));
        if (known instanceof JobScripts.Record found
                && found.owner().equals(life.id())
                && found.token() == start.token()) {
            assign(work, start, found.stopWished());
        } else if (known instanceof Gone) {
            life.poolGone();
        } else if (known != null) {
            life.inbox().handled(start);
        }
    }

    private void assign(KeyWork work, InboxEntry.Start start, boolean toStop) {
        JobHandle job = new JobHandle(life, work, start);
        work.assign(job);
        life.own(job);
        if (toStop) {
            work.end(job, End.STOP);
        }
    }

    private void takeStop(KeyWork work, @Nullable JobHandle held, Mail mail, InboxEntry.Stop stop) {
        if (held != null && held.fencingToken() < stop.token()) {
            // it is answered when nothing of the key runs, whatever token it had
            work.putBack(mail);
            work.end(held, End.STALE);
        } else if (held != null && held.fencingToken() == stop.token()) {
            work.stop(held, stop);
        } else {
            answer(work, stop);
        }
    }

    /** It is over, or never began here. */
    private void answer(KeyWork work, InboxEntry.Stop stop) {
        // the outcome of a dispatch needs its id: the record has it
        String id = "";
        if (settling.settle(work, redis -> life.pool().jobs().ask(redis, stop.key(), ""))
                instanceof JobScripts.Record found) {
            id = found.id();
        }
        OwnerScripts.Held job = new OwnerScripts.Held(life.id(), stop.key(), stop.token(), id, "");
        tell(work, job, waiter(stop), List.of(stop.id()));
    }

    private void tell(KeyWork work, OwnerScripts.Held job, List<Waiter> waiters, List<String> entries) {
        OwnerScripts.Ended ended = settling.settle(work, redis -> scripts.stopped(redis, job, waiters, entries));
        if (ended == OwnerScripts.Ended.GONE) {
            life.poolGone();
        } else if (ended == OwnerScripts.Ended.OK) {
            life.ended().add(job.key(), job.token(), "");
        }
    }

    /** Has the handler begin the job, unless it belongs elsewhere by now. */
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
        if (!work.enterStart(job)) {
            life.room().give();
            leave(work, job);
            return;
        }
        Returned returned = life.calls().start(job, options.startTimeout(), () -> handler.start(job));
        // another life of the worker may have taken it over meanwhile
        JobSteps steps = job.life().steps();
        if (returned.thrown() == null && !returned.late()) {
            steps.started(work, job);
        } else {
            steps.failed(work, job, returned);
        }
    }

    /** While the lease lasts it is that of our job; where there is none, the job is not ours. */
    private void fetchPayload(KeyWork work, JobHandle job) {
        Command get = Command.repeatable("GET").key(life.pool().keys().payload(job.key()));
        if (job.start().payloadBytes() > LARGE) {
            get.largeReply();
        }
        byte[] fetched = settling.settle(work, redis -> redis.call(get) instanceof byte[] found ? found : NONE);
        if (fetched != null && fetched != NONE) {
            job.payload(fetched);
        } else {
            work.end(job, End.STALE);
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
                life.ended().add(job.key(), job.fencingToken(), error);
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
        OwnerScripts.Postponed postponed = settling.settle(work, redis -> {
            List<String> workers = life.pool().ring().workers();
            String first = workers.isEmpty() ? "" : workers.getFirst();
            return scripts.later(
                    redis, job.held(), failure, first, List.of(job.start().id()));
        });
        if (postponed == OwnerScripts.Postponed.GONE) {
            life.poolGone();
        }
    }

    /** Has the handler end the job, and gives it away or says that it is over. */
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
        if (thrown != null) {
            life.reports().stopFailed(job, thrown);
        }
    }

    /** The job is to end before its handler was called. */
    void giveUp(KeyWork work, JobHandle job) {
        life.room().cancel(work);
        leave(work, job);
    }

    /** Nothing of the job runs: what becomes of it depends on why it ended. */
    private void leave(KeyWork work, JobHandle job) {
        End why = job.end();
        if (why == null || why == End.MOVE) {
            work.enter(job, Phase.MOVING);
            life.moving().add(job);
            return;
        }
        if (why == End.STOP) {
            sayStopped(work, job);
        }
        life.disown(job);
    }

    private void sayStopped(KeyWork work, JobHandle job) {
        List<Waiter> waiters = new ArrayList<>(job.waiters());
        List<String> entries = new ArrayList<>();
        if (!job.entry().isEmpty()) {
            entries.add(job.entry());
        }
        for (InboxEntry.Stop stop : work.takeStops(job)) {
            entries.add(stop.id());
            waiters.addAll(waiter(stop));
        }
        tell(work, job.held(), waiters, entries);
    }

    private static List<Waiter> waiter(InboxEntry.Stop stop) {
        return stop.client().isEmpty() ? List.of() : List.of(new Waiter(stop.client(), About.STOP, stop.request()));
    }

    /** A cause as it is told to others. */
    static String shortened(String cause) {
        return cause.length() > LONGEST_CAUSE ? cause.substring(0, LONGEST_CAUSE) : cause;
    }
}
