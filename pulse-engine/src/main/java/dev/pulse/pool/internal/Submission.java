package dev.pulse.pool.internal;

import dev.pulse.JobExistsException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisUnavailableException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One dispatch on its way: has the job accepted, and waits until it has begun, or ended. Where Redis lost the pool's state,
 * one with an id of the caller's is sent again. For one thread.
 */
final class Submission {
    private final Client client;
    private final Admitting admitting;
    private final Stopping stopping;
    private final JobScripts.Request job;
    private final Duration timeout;
    private final long end;

    private PoolIncarnation pool;
    private DispatchQuestion question;
    private boolean accepted;

    /**
     * Asks nobody yet.
     *
     * @param timeout for how long, from now on
     */
    Submission(Client client, Admitting admitting, Stopping stopping, JobScripts.Request job, Duration timeout) {
        this.client = client;
        this.admitting = admitting;
        this.stopping = stopping;
        this.job = job;
        this.timeout = timeout;
        this.end = System.nanoTime() + timeout.toNanos();
        this.pool = client.present();
        this.question = new DispatchQuestion(pool, job);
    }

    /** What became of it; throws what it is refused for, and that nobody can tell. */
    Answer.Told await(boolean withdrawnWhenLate) throws InterruptedException {
        while (true) {
            Answer answer;
            try {
                answer = attempt(withdrawnWhenLate);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
            switch (answer) {
                case Answer.Told told -> {
                    return accepted(told);
                }
                case Answer.PoolGone gone -> follow();
                case Answer.Untraceable gone ->
                    throw client.unknown(named()
                            + (job.untilEnd()
                                    ? " was accepted, and has ended: nobody knows how; with an id its outcome is kept"
                                    : " was accepted, and has ended without a trace"));
                case Answer.Late late -> throw late();
                case Answer.Closed closed ->
                    throw client.unknown(named() + " was accepted, and goes on: this handle of the pool was closed");
            }
        }
    }

    /** One try, in one incarnation of the pool. */
    private Answer attempt(boolean withdrawnWhenLate) throws InterruptedException {
        Wait wait = client.answers().beginDispatch(pool, job);
        try {
            Admitting.Accepted admitted = admitting.admit(pool, job, wait, end);
            if (admitted == null) {
                return new Answer.PoolGone();
            }
            accepted = true;
            Answer answer = question.answer(admitted.outcome());
            if (answer == null) {
                answer = client.answers().await(wait, question, admitted.told(), end);
            }
            if (answer instanceof Answer.Late) {
                // a last look, for what was told in vain
                Answer found = client.answers().ask(wait, question);
                answer = found != null ? found : withdrawnWhenLate && !question.hasBegun() ? withdrawn(wait) : answer;
            }
            return answer;
        } finally {
            client.answers().end(wait, Answers.DISPATCH, job.id());
        }
    }

    private Answer withdrawn(Wait wait) throws InterruptedException {
        long limit = System.nanoTime() + client.redis().timeout().toNanos();
        try {
            if (stopping.stop(job.key(), job.id(), limit)) {
                return Answer.Told.of("withdrawn", 0, "it had not begun within " + timeout);
            }
        } catch (RedisUnavailableException e) {
            throw client.unknown(named() + " had not begun within " + timeout + ", and could not be withdrawn", e);
        }
        Answer found = client.answers().ask(wait, question);
        return found != null ? found : new Answer.Untraceable();
    }

    private Answer.Told accepted(Answer.Told told) {
        if (told.state().equals("exists")) {
            throw new JobExistsException(client.says("there is another job \"" + job.key() + '"'), null);
        }
        return told;
    }

    private OutcomeUnknownException late() {
        String state = ": it is " + question.lastKnown() + ", and goes on";
        if (!job.untilEnd()) {
            return client.unknown(named() + " had not begun within " + timeout + state);
        }
        String ask = job.digest().isEmpty()
                ? "; job(\"" + job.key() + "\") shows it until it ends"
                : "; outcome(\"" + job.id() + "\") tells how it ends";
        return client.unknown(named() + " had not ended within " + timeout + state + ask);
    }

    /** Goes to the incarnation after this one; where the job was lost, it is one that can be sent again. */
    private void follow() throws InterruptedException {
        PoolIncarnation next;
        try {
            next = client.after(pool, end);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (RedisUnavailableException e) {
            throw accepted ? lost(e) : e;
        }
        if (accepted && job.digest().isEmpty()) {
            throw lost(null);
        }
        accepted = false;
        pool = next;
        question = new DispatchQuestion(pool, job);
    }

    private OutcomeUnknownException lost(@Nullable Throwable cause) {
        return client.unknown(named() + " was accepted, and Redis lost the pool's state since", cause);
    }

    private InterruptedException interrupted(InterruptedException e) {
        if (accepted) {
            throw client.interrupted(named() + " was accepted", e);
        }
        return e;
    }

    private String named() {
        return Client.named(job);
    }
}
