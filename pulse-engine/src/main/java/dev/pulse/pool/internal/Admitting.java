package dev.pulse.pool.internal;

import dev.pulse.DispatchConflictException;
import dev.pulse.JobExistsException;
import dev.pulse.NoWorkerException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PoolShutDownException;
import dev.pulse.QueueFullException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.pool.internal.timed.PoolSide;
import dev.pulse.task.Tasks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Has a job accepted. One with an id of the caller's is asked for again when the reply is lost. One without is withdrawn
 * then: either it is known, and was accepted, or it never will be. Thread-safe.
 */
final class Admitting {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final Client client;

    Admitting(Client client) {
        this.client = client;
    }

    /**
     * A job that was accepted, by this call or one before.
     *
     * @param told whether this client is told what becomes of it
     * @param outcome what has become of it already
     */
    record Accepted(boolean told, JobScripts.Outcome outcome) {
        private static final Accepted NEW = new Accepted(true, new JobScripts.Outcome("pending", 0, "", false));

        private static Accepted before(JobScripts.Outcome outcome) {
            return new Accepted(false, outcome);
        }
    }

    /**
     * Throws what the job is refused for.
     *
     * @param wait of the call, begun before; null when workers tell nobody of this job
     * @param end by {@link System#nanoTime}
     * @return null when the incarnation is gone, and the job was not accepted in it
     */
    @Nullable
    Accepted admit(PoolIncarnation pool, JobScripts.Request job, @Nullable Wait wait, long end)
            throws InterruptedException {
        JobScripts.Admission admission;
        try {
            admission = ask(pool, job, end);
        } catch (OutcomeUnknownException lost) {
            if (Thread.currentThread().isInterrupted()) {
                throw new OutcomeUnknownException(
                        client.says("nobody knows whether " + Client.named(job) + " was accepted: interrupted"), lost);
            }
            return resolve(pool, job, wait, end, lost);
        }
        return switch (admission) {
            case JobScripts.Assigned assigned -> Accepted.NEW;
            case JobScripts.Waiting waiting -> Accepted.NEW;
            case JobScripts.Delayed delayed -> Accepted.NEW;
            case JobScripts.Joined joined -> Accepted.before(joined.known());
            case Gone gone -> null;
            case JobScripts.Conflict conflict ->
                throw new DispatchConflictException(
                        client.says("dispatch \"" + job.id() + "\" was of another key or payload than \"" + job.key()
                                + "\" with " + job.payload().length + " bytes"),
                        null);
            case JobScripts.KeyTaken taken ->
                throw new JobExistsException(
                        client.says("there is a job \"" + job.key() + "\", of dispatch \"" + taken.id() + '"'), null);
            case JobScripts.Full full ->
                throw new QueueFullException(
                        client.says(Client.named(job) + " is refused: "
                                + pool.settings().queueLimit() + " jobs wait to begin, which is the limit"),
                        null);
            case JobScripts.Superseded superseded -> throw new PoolSide.SupersededException();
            case JobScripts.NoWorker none ->
                throw new NoWorkerException(
                        client.says(Client.named(job) + " is refused: no worker takes it now"), null);
            case Closing closing ->
                throw new PoolShutDownException(
                        client.says(Client.named(job) + " is refused: the pool is being shut down"), null);
            case RingChanged changed -> throw new IllegalStateException("asked until the ring is the pool's");
        };
    }

    private JobScripts.Admission ask(PoolIncarnation pool, JobScripts.Request job, long end)
            throws InterruptedException {
        Ring ring = pool.ring();
        while (true) {
            JobScripts.Admission admission = ask(pool, ring, job, end);
            if (!(admission instanceof RingChanged changed)) {
                return admission;
            }
            ring = Client.learn(pool, changed);
        }
    }

    private JobScripts.Admission ask(PoolIncarnation pool, Ring ring, JobScripts.Request job, long end)
            throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        String owner = ring.ownerOf(job.key()).orElse("");
        try {
            return pool.jobs().admit(client.redis().until(end), ring.version(), owner, ring.first(), job);
        } catch (InterruptedException e) {
            if (job.digest().isEmpty()) {
                throw e;
            }
            // what can be repeated is given up without a word on whether it had been sent
            throw client.interrupted("nobody knows whether " + Client.named(job) + " was accepted", e);
        }
    }

    private @Nullable Accepted resolve(
            PoolIncarnation pool, JobScripts.Request job, @Nullable Wait wait, long end, OutcomeUnknownException lost) {
        OutcomeUnknownException unknown = new OutcomeUnknownException(
                client.says("nobody knows whether " + Client.named(job) + " was accepted"), lost);
        long least = System.nanoTime() + client.redis().timeout().toNanos();
        long limit = least - end < 0 ? end : least;
        try {
            while (System.nanoTime() - limit < 0 && !client.answers().isClosed()) {
                switch (withdraw(pool, job, unknown)) {
                    case JobScripts.Record record -> {
                        return Accepted.before(DispatchQuestion.outcome(record));
                    }
                    case JobScripts.Outcome outcome -> {
                        return Accepted.before(outcome);
                    }
                    case JobScripts.Withdrawn withdrawn -> {
                        return endedOrNever(job, wait, unknown);
                    }
                    case JobScripts.Recovering recovering -> Tasks.sleep(BETWEEN_TRIES);
                    case Gone gone -> throw unknown;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw unknown;
    }

    private JobScripts.Withdrawal withdraw(
            PoolIncarnation pool, JobScripts.Request job, OutcomeUnknownException unknown) throws InterruptedException {
        try {
            return pool.jobs().withdraw(client.redis(), job.key(), job.id());
        } catch (RedisUnavailableException e) {
            unknown.addSuppressed(e);
            return new JobScripts.Recovering();
        }
    }

    /** It was not known when it was withdrawn: it was not accepted, or has ended before. */
    private Accepted endedOrNever(JobScripts.Request job, @Nullable Wait wait, OutcomeUnknownException unknown)
            throws InterruptedException {
        if (wait == null) {
            // until its time has come nobody can have begun it
            throw job.delay().compareTo(client.redis().timeout()) > 0
                    ? never(job, unknown)
                    : new OutcomeUnknownException(
                            client.says("nobody knows whether " + Client.named(job)
                                    + " was accepted: if it was, it has ended; with an id that could be told"),
                            unknown.getCause());
        }
        return switch (client.answers().lookForReply(wait)) {
            case Answer.Told told -> Accepted.before(told.outcome());
            case Answer.Untraceable never -> throw never(job, unknown);
            case null, default -> throw unknown;
        };
    }

    private RedisUnavailableException never(JobScripts.Request job, OutcomeUnknownException unknown) {
        return new RedisUnavailableException(
                client.says(Client.named(job) + " was not accepted, and never will be"), unknown.getCause());
    }
}
