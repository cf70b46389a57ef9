package dev.pulse.pool.internal;

import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.pool.internal.OwnerScripts.About;
import dev.pulse.pool.internal.OwnerScripts.Waiter;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with a key: takes jobs, begins and ends them, and tells Redis. Each step runs on the key's thread, and
 * leaves the job assigned, running, moving or over. How a job begins and ends is its kind's. Thread-safe.
 */
abstract sealed class JobSteps permits ServiceSteps, TaskSteps {
    private static final int LONGEST_CAUSE = 1_000;
    /** What others are not to wait behind. */
    static final int LARGE = 256 * 1024;

    private static final byte[] NONE = {};

    final WorkerLife life;
    final OwnerScripts scripts;
    final Settling settling;

    JobSteps(WorkerLife life) {
        this.life = life;
        this.scripts = life.pool().owners();
        this.settling = new Settling(life);
    }

    /** Has the handler begin a job for which there is room. */
    abstract void start(KeyWork work, JobHandle job);

    /** Has the handler end a job that runs, and gives it away or says that it is over. */
    abstract void stop(KeyWork work, JobHandle job);

    /** Hands over what was sent to a job. */
    abstract void deliver(KeyWork work, @Nullable JobHandle held, Mail mail, InboxEntry.Note note);

    /** Hands over what was sent to a key. */
    abstract void deliver(KeyWork work, Mail mail, InboxEntry.Message message);

    /** Whether what is sent to a key is done with at once, whatever runs on its thread. */
    abstract boolean deliversAtOnce();

    /** There is no room for a job that is not begun. */
    abstract void waits(JobHandle job);

    /** Says that it has begun a job that runs to a Redis that knows it as given to this worker only. */
    abstract void beginAgain(Redis redis, JobHandle job) throws InterruptedException;

    /**
     * Does what an entry hints at.
     *
     * @param held the job that the key has
     */
    final void handle(KeyWork work, @Nullable JobHandle held, Mail mail) {
        if (!life.isAtWork()) {
            // whoever sweeps this worker finds the entry in its inbox
            return;
        }
        switch (mail.entry()) {
            case InboxEntry.Start start -> takeStart(work, held, mail, start);
            case InboxEntry.Stop stop -> takeStop(work, held, mail, stop);
            case InboxEntry.Note note -> deliver(work, held, mail, note);
            case InboxEntry.Message message -> deliver(work, mail, message);
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
            life.ended().stopped(job.key(), job.token());
        }
    }

    /** While the lease lasts it is that of our job; where there is none, the job is not ours. */
    final void fetchPayload(KeyWork work, JobHandle job) {
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

    /** Puts the job aside until a time, or for good. */
    final OwnerScripts.Postponed later(Redis redis, JobHandle job, OwnerScripts.Failure failure, List<String> entries)
            throws InterruptedException {
        List<String> workers = life.pool().ring().workers();
        String first = workers.isEmpty() ? "" : workers.getFirst();
        return scripts.later(redis, job.held(), failure, first, entries);
    }

    /** The job is to end before its handler was called. */
    final void giveUp(KeyWork work, JobHandle job) {
        life.room().cancel(work);
        leave(work, job);
    }

    /** Nothing of the job runs: what becomes of it depends on why it ended. */
    final void leave(KeyWork work, JobHandle job) {
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
