package dev.pulse.pool.internal;

import dev.pulse.JobFailedException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.internal.timed.PoolSide;
import dev.pulse.wire.Options;
import java.time.Duration;

/** Dispatches jobs: has one accepted, and waits until its worker says that it has begun, or ended. Thread-safe. */
final class Dispatching {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    private final Client client;
    private final Requests requests;
    private final Admitting admitting;
    private final Stopping stopping;

    Dispatching(Client client, Stopping stopping) {
        this.client = client;
        this.requests = new Requests(client);
        this.admitting = new Admitting(client);
        this.stopping = stopping;
    }

    Dispatch dispatch(JobRequest request) throws InterruptedException {
        if (!request.delay().isZero()) {
            throw new IllegalArgumentException("a job with a delay is to be enqueued, for a dispatch waits until it has"
                    + " begun: delay was " + request.delay());
        }
        JobScripts.Request job = requests.waited(request, false);
        return begun(job, submission(job, client.dispatchTimeout()).await(!request.mayBeginLate()));
    }

    /** The same, for the sake of a plan; {@link PoolSide.SupersededException} when that is not the present one any more. */
    void dispatch(JobRequest request, PoolSide.By by) throws InterruptedException {
        JobScripts.Request job = requests.planned(request, by);
        begun(job, submission(job, client.dispatchTimeout()).await(false));
    }

    private Submission submission(JobScripts.Request job, Duration timeout) {
        return new Submission(client, admitting, stopping, job, timeout);
    }

    private Dispatch begun(JobScripts.Request job, Answer.Told told) {
        String why = told.error().isEmpty() ? "" : ": " + told.error();
        return switch (told.state()) {
            case "started", "done" -> new Dispatch(job.key(), job.id(), told.token());
            case "failed" -> throw failed(job, " could not be begun" + why);
            case "withdrawn" -> throw failed(job, " was withdrawn, and never begins" + why);
            case "dead" -> throw failed(job, " was given up" + why);
            case "lost" -> throw failed(job, " was lost by Redis before it had begun" + why);
            default -> throw failed(job, " was " + told.state() + " before it had begun" + why);
        };
    }

    private JobFailedException failed(JobScripts.Request job, String how) {
        return new JobFailedException(client.says(Client.named(job) + how), null);
    }

    Outcome dispatchAndWait(JobRequest request, Duration timeout) throws InterruptedException {
        Options.require("timeout", timeout, SHORTEST, LONGEST);
        JobScripts.Request job = requests.waited(request, true);
        Answer.Told end = submission(job, timeout).await(!request.mayBeginLate());
        return Outcomes.outcome(job.key(), job.id(), end.outcome());
    }

    /** Has a job accepted, and waits no longer. Returns its id. */
    String enqueue(JobRequest request) throws InterruptedException {
        if (!request.mayBeginLate()) {
            throw new IllegalArgumentException("a job that is withdrawn when it is late is to be dispatched, for nobody"
                    + " waits for one that is enqueued");
        }
        JobScripts.Request job = requests.untold(request);
        long end = System.nanoTime() + client.redis().timeout().toNanos();
        PoolIncarnation pool = client.present();
        while (true) {
            Admitting.Accepted accepted = admitting.admit(pool, job, null, end);
            if (accepted == null) {
                pool = client.after(pool, end);
            } else if (accepted.outcome().state().equals("withdrawn")) {
                throw failed(job, " was withdrawn, and never begins");
            } else {
                return job.id();
            }
        }
    }
}
