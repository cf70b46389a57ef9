package dev.pulse.pool;

import dev.pulse.CloseResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A pool whose jobs run in other processes. Thread-safe. Methods that ask Redis throw {@link IllegalStateException} once it is
 * closed, {@link dev.pulse.PoolShutDownException} once the pool is shut down, and what {@link dev.pulse.PulseException} says
 * of Redis.
 *
 * <p>Names of jobs, and ids, are 1 to 512 characters, any but a lone surrogate; wrong ones are an
 * {@link IllegalArgumentException}.
 */
public interface PoolClient extends AutoCloseable {
    /** The pool's name. */
    String name();

    /**
     * Has a job started, and waits until its handler has begun it: {@link PoolOptions#dispatchTimeout} at most. An accepted
     * job is not lost, whatever becomes of this process. With an id it can be repeated: the job is joined, not started
     * anew; when it has started meanwhile, it returns at once, also when it has ended since: {@link #outcome} tells how.
     *
     * @throws InterruptedException when interrupted before it was accepted
     * @throws dev.pulse.JobExistsException when the pool has a job of that key, from another dispatch
     * @throws dev.pulse.DispatchConflictException when the id was used for another key or payload
     * @throws dev.pulse.QueueFullException when the pool's limit of queued jobs is reached
     * @throws dev.pulse.NoWorkerException when it needs a worker now, and there is none
     * @throws dev.pulse.JobFailedException when its handler threw, or it was stopped or withdrawn before it had begun
     * @throws dev.pulse.OutcomeUnknownException when it had not begun in time and goes on waiting; or when nobody can tell
     *     whether it was accepted. The message says which, and names the id
     * @throws IllegalArgumentException when the payload is larger than this Pulse allows, or the request has a delay
     */
    Dispatch dispatch(JobRequest request) throws InterruptedException;

    /**
     * Has a job done, now or after its {@linkplain JobRequest#withDelay delay}, and returns as soon as it is accepted. Nobody is
     * told what becomes of it; with an id its {@linkplain #outcome outcome} can be asked for. Also a first attempt that throws
     * is made again later, as {@link WorkerOptions#attempts} says, for nobody hears of it.
     *
     * <p>With an id it can be repeated, and is when Redis was away. Without one, a job of which no reply came is withdrawn; if
     * it is not known to Redis then, it was not accepted, or has run and ended already.
     *
     * @return the id it was dispatched with, or that was made for it
     * @throws InterruptedException when interrupted before it was accepted
     * @throws dev.pulse.JobExistsException when the pool has a job of that key, from another dispatch
     * @throws dev.pulse.DispatchConflictException when the id was used for another key or payload
     * @throws dev.pulse.QueueFullException when the pool's limit of queued jobs is reached; those with a delay count, too
     * @throws dev.pulse.NoWorkerException when it needs a worker now, and there is none
     * @throws dev.pulse.JobFailedException when its id was withdrawn before
     * @throws dev.pulse.OutcomeUnknownException when nobody can tell whether it was accepted; dispatched again with an id it is
     *     certain
     * @throws IllegalArgumentException when the payload is larger than this Pulse allows, or the request is one to be
     *     {@linkplain JobRequest#withdrawnWhenLate withdrawn when it is late}
     */
    String enqueue(JobRequest request) throws InterruptedException;

    /**
     * Has a task done, and waits until it has ended: done, with its result; stopped; or dead, after all its attempts. Of a job
     * that lives until it is stopped, that is the end. The throws are those of {@link #dispatch} until it is accepted; how it
     * ended then is no throw but the outcome, also that it was {@linkplain Outcome.State#WITHDRAWN withdrawn}. With an id
     * anybody can join, before the end or after it, and gets the same outcome.
     *
     * @param timeout how long it waits, 1 ms to 24 h; a {@linkplain JobRequest#withDelay delay} is a part of it
     * @throws dev.pulse.OutcomeUnknownException when it had not ended in time, and goes on; when the caller was interrupted; or
     *     when it has ended, and nobody knows how: that can happen without an id only. The message says which, and how to ask
     * @throws IllegalArgumentException when the timeout is out of its range, or the payload larger than this Pulse allows
     */
    Outcome dispatchAndWait(JobRequest request, Duration timeout) throws InterruptedException;

    /**
     * The jobs that were given up after all their attempts, the last that died first; {@link JobInfo#error} says of what. They
     * stay until they are tried anew, or stopped, or have been there for {@link PoolSettings#deadRetention}, and keep their keys:
     * none of them can be dispatched meanwhile. Of more than {@link PoolSettings#deadLimit} the oldest are dropped.
     *
     * @param most how many at most, 1 to 1,000
     */
    List<JobInfo> deadJobs(int most) throws InterruptedException;

    /**
     * Has a dead job tried anew, at once and with all its attempts. {@link #stopJob(String)} removes it instead.
     *
     * @return false when the pool has no dead job of this key
     * @throws InterruptedException when interrupted before it was asked for
     * @throws dev.pulse.QueueFullException when the pool's limit of queued jobs is reached
     */
    boolean retryJob(String key) throws InterruptedException;

    /** What became of the job dispatched with this id; empty when nothing is known of it, or no more. */
    Optional<Outcome> outcome(String id) throws InterruptedException;

    /**
     * Makes sure that a job dispatched with this id and key never begins, if it was not accepted yet; a later dispatch of the
     * id is refused.
     *
     * @return what is known of it: {@link Outcome.State#WITHDRAWN}, or the state of the job that it made
     */
    Outcome withdraw(String key, String id) throws InterruptedException;

    /**
     * Stops a job for good, and waits until nothing of it runs any more, {@link PoolOptions#dispatchTimeout} at most. The wish
     * outlives this process and the job's worker.
     *
     * @return false when the pool has no such job; or has it no more, where the reply of Redis was lost: then it may be this
     *     that removed it, if no worker had it
     * @throws InterruptedException when interrupted before the wish was recorded
     * @throws dev.pulse.OutcomeUnknownException when it did not end in time; it is going to
     */
    boolean stopJob(String key) throws InterruptedException;

    /** The same, for the job of that dispatch only: one of the same key that came after it is left alone. */
    boolean stopJob(Dispatch dispatched) throws InterruptedException;

    /**
     * Sends something to a job that a worker has. It is delivered at least once, in order with others of the key, also when
     * the job is moved meanwhile; not when the job ends before.
     *
     * @return false when no worker has such a job
     */
    boolean notifyJob(String key, byte[] payload) throws InterruptedException;

    /**
     * Has the worker that a key belongs to work on a message, without a job, and waits for its answer. It is delivered at
     * least once, one of a key after another, in order without faults.
     *
     * @param timeout how long it waits, 1 ms to 1 h
     * @return what the handler answered
     * @throws dev.pulse.NoWorkerException when there is no worker
     * @throws dev.pulse.QueueFullException when too many messages are under way
     * @throws dev.pulse.JobFailedException when the handler threw
     * @throws dev.pulse.OutcomeUnknownException when there was no answer in time; it may still be worked on
     */
    byte[] send(String key, byte[] payload, Duration timeout) throws InterruptedException;

    /** The job of this key, if the pool has one. */
    Optional<JobInfo> job(String key) throws InterruptedException;

    /** The payload of the job of this key, if the pool has one. */
    Optional<byte[]> payload(String key) throws InterruptedException;

    /** All jobs, in no order; each as it stood at some moment during the call. */
    List<JobInfo> jobs() throws InterruptedException;

    /** All workers that have not ended, in the order of their slots. */
    List<WorkerInfo> workers() throws InterruptedException;

    /** How the pool gets on. */
    PoolFigures figures() throws InterruptedException;

    /** The settings that all nodes share, as they stand in Redis. */
    PoolSettings settings() throws InterruptedException;

    /**
     * Changes them.
     *
     * @param change from those that are; called again when somebody else changed them meanwhile
     * @return those that are in force
     */
    PoolSettings changeSettings(UnaryOperator<PoolSettings> change) throws InterruptedException;

    /** Has the pool hand out nothing until {@link #resume}: jobs are accepted and wait, what runs goes on, stops work. */
    void pause() throws InterruptedException;

    /** Ends {@link #pause}; what waits is handed out at once. */
    void resume() throws InterruptedException;

    /**
     * Ends the pool: nothing is accepted any more, all jobs are stopped, on all nodes, and what it has in Redis is removed. It
     * goes on though this process dies. Waits for the end, {@code longest} at most. The name can be used for a new pool
     * afterwards.
     *
     * @return whether it has ended
     */
    boolean shutdown(Duration longest) throws InterruptedException;

    /**
     * Ends this handle, and the workers it has: their jobs go to other workers, as {@link Worker#close(Duration)} says. Calls that
     * wait end with an exception; jobs that were accepted go on. Can be repeated.
     *
     * @param drain 0 to 1 h
     * @throws IllegalArgumentException when {@code drain} is out of its range
     */
    CloseResult close(Duration drain);

    /** {@link #close(Duration)} with {@link PoolOptions#handOverTimeout}. */
    @Override
    void close();
}
