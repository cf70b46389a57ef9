package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.pool.Job;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.wire.KeyHash;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * A second worker joins a pool of 10,000 jobs of 256 bytes, on a node of its own that is open already: until its share, half
 * of the jobs, was stopped by the first worker and has begun in the second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 3)
@Fork(1)
public class PoolJoinBenchmark {
    private final BenchRedis redis = new BenchRedis();
    private BenchPool pool;
    private Pulse other;
    private PoolNode joiner;
    private CountDownLatch moved;

    @Param("10000")
    private int pooledJobs;

    /** Has all jobs running, and the second node open. */
    @Setup(Level.Iteration)
    public void fill() throws InterruptedException {
        pool = new BenchPool(redis, new AtOnceService());
        pool.keepRunning(pooledJobs);
        other = Pulse.connect(redis.uri());
        joiner = other.joinPool(BenchPool.NAME);
        moved = new CountDownLatch((int) IntStream.range(0, pooledJobs)
                .mapToObj(BenchPool::key)
                .filter(PoolJoinBenchmark::isOfSecond)
                .count());
    }

    /** Whether a key belongs to the second worker of two. */
    private static boolean isOfSecond(String key) {
        return KeyHash.jump(KeyHash.crc64(key), 2) == 1;
    }

    @Benchmark
    public void join() throws InterruptedException {
        joiner.addService(
                new AtOnceService() {
                    @Override
                    public void start(Job job) {
                        moved.countDown();
                    }
                },
                WorkerOptions.defaults());
        moved.await();
    }

    /** Ends the pool. */
    @TearDown(Level.Iteration)
    public void end() {
        pool.close();
        other.close();
    }

    /** Closes its Redis. */
    @TearDown
    public void close() {
        redis.close();
    }
}
