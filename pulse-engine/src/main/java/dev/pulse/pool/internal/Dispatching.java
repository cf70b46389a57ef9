package dev.pulse.pool.internal;

import dev.pulse.JobExistsException;
import dev.pulse.JobFailedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobRequest;
import dev.pulse.wire.Names;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Dispatches jobs: has one accepted, and waits until its worker says that it has begun. Thread-safe. */
final class Dispatching {
    private final Client client;
    private final Admitting admitting;
    private final Stopping stopping;

    Dispatching(Client client, Stopping stopping) {
        this.client = client;
        this.admitting = new Admitting(client);
        this.stopping = stopping;
    }

    Dispatch dispatch(JobRequest request) throws InterruptedException {
        Names.requireJobKey(request.key());
        request.id().ifPresent(Names::requireDispatchId);
        client.requirePayload("payload of a job", request.payload());
        long end = System.nanoTime() + client.dispatchTimeout().toNanos();
        JobScripts.Request job = job(request);
        PoolIncarnation pool = client.present();
        while (true) {
            Try attempt = new Try(pool, job, end);
            Dispatch begun = attempt.run(!request.mayBeginLate());
            if (begun != null) {
                return begun;
            }
            pool = attempt.next();
        }
    }

    private JobScripts.Request job(JobRequest request) {
        return new JobScripts.Request(
                request.key(),
                request.id().orElseGet(client.answers()::newId),
                request.id().isPresent() ? digest(request) : "",
                request.payload(),
                client.answers().client(),
                request.attempts(),
                Duration.ZERO,
                request.workerNeeded());
    }

    private static String digest(JobRequest request) {
        byte[] key = request.key().getBytes(StandardCharsets.UTF_8);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            // the length says where the key ends
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(key.length).flip());
            digest.update(key);
            return HexFormat.of().formatHex(digest.digest(request.payload()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** One try to have a job begin, in one incarnation of the pool. */
    private final class Try {
        private final PoolIncarnation pool;
        private final JobScripts.Request job;
        private final long end;
        private final DispatchQuestion question;
        private boolean accepted;

        Try(PoolIncarnation pool, JobScripts.Request job, long end) {
            this.pool = pool;
            this.job = job;
            this.end = end;
            this.question = new DispatchQuestion(pool, job);
        }

        /** Null when the incarnation is gone. */
        @Nullable
        Dispatch run(boolean withdrawnWhenLate) throws InterruptedException {
            Wait wait = client.answers().begin(pool, Answers.DISPATCH, job.id());
            try {
                Admitting.Accepted admitted = admitting.admit(pool, job, wait, end);
                if (admitted == null) {
                    return null;
                }
                accepted = true;
                Answer answer = admitted.known() != null
                        ? admitted.known()
                        : client.answers().await(wait, question, admitted.told(), end);
                if (answer instanceof Answer.Late) {
                    // a last look, for what was told in vain
                    Answer found = client.answers().ask(wait, question);
                    answer = found != null ? found : withdrawnWhenLate ? withdrawn(wait) : answer;
                }
                return begun(answer);
            } catch (InterruptedException e) {
                if (accepted) {
                    throw client.interrupted(Client.named(job) + " was accepted", e);
                }
                throw e;
            } finally {
                client.answers().end(wait, Answers.DISPATCH, job.id());
            }
        }

        private Answer withdrawn(Wait wait) throws InterruptedException {
            long limit = System.nanoTime() + client.redis().timeout().toNanos();
            try {
                if (stopping.stop(job.key(), job.id(), limit)) {
                    return Answer.Told.of("withdrawn", 0, "it had not begun within " + client.dispatchTimeout());
                }
            } catch (RedisUnavailableException e) {
                throw client.unknown(
                        Client.named(job) + " had not begun within " + client.dispatchTimeout()
                                + ", and could not be withdrawn",
                        e);
            }
            Answer found = client.answers().ask(wait, question);
            return found != null ? found : new Answer.Untraceable();
        }

        private @Nullable Dispatch begun(Answer answer) {
            return switch (answer) {
                case Answer.Told told -> begun(told);
                case Answer.PoolGone gone -> null;
                case Answer.Untraceable gone ->
                    throw client.unknown(Client.named(job) + " was accepted, and has ended without a trace");
                case Answer.Late late ->
                    throw client.unknown(Client.named(job) + " had not begun within " + client.dispatchTimeout()
                            + ": it is " + question.lastKnown() + ", and goes on");
                case Answer.Closed closed ->
                    throw client.unknown(
                            Client.named(job) + " was accepted, and goes on: this handle of the pool was closed");
            };
        }

        private Dispatch begun(Answer.Told told) {
            String why = told.error().isEmpty() ? "" : ": " + told.error();
            return switch (told.state()) {
                case "started", "done" -> new Dispatch(job.key(), job.id(), told.token());
                case "exists" ->
                    throw new JobExistsException(client.says("there is another job \"" + job.key() + '"'), null);
                case "failed" -> throw failed(" could not be begun" + why);
                case "withdrawn" -> throw failed(" was withdrawn, and never begins" + why);
                case "dead" -> throw failed(" was given up" + why);
                case "lost" -> throw failed(" was lost by Redis before it had begun" + why);
                default -> throw failed(" was " + told.state() + " before it had begun" + why);
            };
        }

        private JobFailedException failed(String how) {
            return new JobFailedException(client.says(Client.named(job) + how), null);
        }

        /** The incarnation after this one, for a job that can be sent again. */
        PoolIncarnation next() throws InterruptedException {
            PoolIncarnation next;
            try {
                next = client.after(pool, end);
            } catch (InterruptedException e) {
                if (accepted) {
                    throw client.interrupted(Client.named(job) + " was accepted", e);
                }
                throw e;
            } catch (RedisUnavailableException e) {
                throw accepted ? lost(e) : e;
            }
            if (accepted && job.digest().isEmpty()) {
                throw lost(null);
            }
            return next;
        }

        private OutcomeUnknownException lost(@Nullable Throwable cause) {
            return client.unknown(Client.named(job) + " was accepted, and Redis lost the pool's state since", cause);
        }
    }
}
