package dev.pulse.jmh;

import dev.pulse.pool.TaskResult;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How late the last of 100,000 delayed tasks of 256 bytes begins which are all due at the same moment; and how long it takes
 * from the resume of a paused pool until the last of 100,000 waiting tasks begins, which is what its worker can do.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class DueBenchmark {
    /** A pool with one worker, whose tasks have nothing to do. */
    @State(Scope.Benchmark)
    public abstract static class Tasks {
        private static final int CALLERS = 64;

        private final BenchRedis redis = new BenchRedis();
        private BenchPool pool;
        private CountDownLatch begun;

        @Param("100000")
        private int dueJobs;

        /** Has all tasks in the pool, and none of them begun. */
        @Setup(Level.Iteration)
        public void fill() throws InterruptedException {
            begun = new CountDownLatch(dueJobs);
            pool = new BenchPool(redis, task -> {
                begun.countDown();
                return TaskResult.done();
            });
            fill(pool, dueJobs);
        }

        abstract void fill(BenchPool into, int jobs) throws InterruptedException;

        static void enqueueAll(BenchPool into, int jobs, Delay delay) throws InterruptedException {
            Callers.run(CALLERS, jobs, () -> into.enqueue(delay.get()));
        }

        BenchPool pool() {
            return pool;
        }

        void awaitAll() throws InterruptedException {
            begun.await();
        }

        /** Ends the pool. */
        @TearDown(Level.Iteration)
        public void end() {
            pool.close();
        }

        /** Closes its Redis. */
        @TearDown
        public void close() {
            redis.close();
        }
    }

    @FunctionalInterface
    interface Delay {
        Duration get();
    }

    /** All are due at one moment. */
    @State(Scope.Benchmark)
    public static class Due extends Tasks {
        private static final Duration LEAST = Duration.ofSeconds(1);
        /** More than it takes to enqueue one. */
        private static final Duration EACH = Duration.ofNanos(200_000);

        private long at;

        @Override
        void fill(BenchPool into, int jobs) throws InterruptedException {
            at = System.nanoTime() + LEAST.plus(EACH.multipliedBy(jobs)).toNanos();
            enqueueAll(into, jobs, this::left);
            // the last milliseconds belong to the measurement
            Thread.sleep(left().minusMillis(5));
        }

        private Duration left() {
            long left = at - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException("enqueuing took too long: some would be due before the others");
            }
            return Duration.ofNanos(left);
        }
    }

    /** All wait for the pool to go on. */
    @State(Scope.Benchmark)
    public static class Waiting extends Tasks {
        @Override
        void fill(BenchPool into, int jobs) throws InterruptedException {
            into.pause();
            enqueueAll(into, jobs, () -> Duration.ZERO);
        }
    }

    @Benchmark
    public void due(Due tasks) throws InterruptedException {
        tasks.awaitAll();
    }

    @Benchmark
    public void waiting(Waiting tasks) throws InterruptedException {
        tasks.pool().resume();
        tasks.awaitAll();
    }
}
