package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.TaskHandler;
import dev.pulse.pool.WorkerOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node of a pool in this process, which dispatches jobs of 256 bytes and has one worker, whose handler returns at once. Its
 * jobs have the keys 0, 1, 2 and so on, and run until they are stopped, or are tasks. All defaults, but for the limit of
 * queued jobs, which is not reached.
 */
final class BenchPool implements AutoCloseable {
    static final String NAME = "bench";

    private static final int CALLERS = 64;
    private static final int QUEUE_LIMIT = 1_000_000;
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final byte[] payload = Sample.payload();
    private final AtomicInteger next = new AtomicInteger();
    private final Pulse pulse;
    private final PoolNode node;
    /** The first key whose job is stopped by {@link #stopNewer}. */
    private int kept;

    BenchPool(BenchRedis redis, ServiceHandler handler) throws InterruptedException {
        this(redis);
        node.addService(handler, WorkerOptions.defaults());
    }

    BenchPool(BenchRedis redis, TaskHandler handler) throws InterruptedException {
        this(redis);
        node.addTasks(handler, WorkerOptions.defaults());
    }

    private BenchPool(BenchRedis redis) throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        node = pulse.joinPool(NAME, options());
    }

    private static PoolOptions options() {
        return PoolOptions.builder()
                .settings(settings -> settings.withQueueLimit(QUEUE_LIMIT))
                .build();
    }

    /** Has so many more jobs running that are not stopped. */
    void keepRunning(int jobs) throws InterruptedException {
        Callers.run(CALLERS, jobs, this::dispatch);
        kept = next.get();
    }

    /** Dispatches a job with a key that was never used, and waits until it has started. */
    Object dispatch() throws InterruptedException {
        return node.dispatch(JobRequest.of(newKey(), payload));
    }

    /** Has a task done with a key that was never used, and waits for its result. */
    Object runTask() throws InterruptedException {
        return node.dispatchAndWait(JobRequest.of(newKey(), payload), LONGEST);
    }

    /** Enqueues a task with a key that was never used. */
    Object enqueue(Duration delay) throws InterruptedException {
        return node.enqueue(JobRequest.of(newKey(), payload).withDelay(delay));
    }

    void pause() throws InterruptedException {
        node.pause();
    }

    void resume() throws InterruptedException {
        node.resume();
    }

    /** Sends a message to a key that was never used, and waits for the answer. */
    Object send() throws InterruptedException {
        return node.send(newKey(), payload, LONGEST);
    }

    private String newKey() {
        return key(next.getAndIncrement());
    }

    static String key(int number) {
        return Integer.toString(number);
    }

    /** Stops all jobs but those that are to be kept. */
    void stopNewer() throws InterruptedException {
        AtomicInteger stopped = new AtomicInteger(kept);
        Callers.run(CALLERS, next.get() - kept, () -> node.stopJob(key(stopped.getAndIncrement())));
        kept = next.get();
    }

    /** Ends the pool, so that nothing is left of it. */
    @Override
    public void close() {
        try {
            if (!node.shutdown(LONGEST)) {
                throw new IllegalStateException("the pool did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pulse.close();
        }
    }
}
