package dev.pulse.jmh;

import dev.pulse.pool.TaskResult;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** From enqueuing a task of 256 bytes that is due in 100 ms until it begins in the same process, in an idle pool. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class DueAloneBenchmark {
    private static final Duration DELAY = Duration.ofMillis(100);

    private final BenchRedis redis = new BenchRedis();
    private final Semaphore begun = new Semaphore(0);
    private BenchPool pool;

    /** Joins the pool. */
    @Setup
    public void open() throws InterruptedException {
        pool = new BenchPool(redis, task -> {
            begun.release();
            return TaskResult.done();
        });
    }

    @Benchmark
    public void late() throws InterruptedException {
        pool.enqueue(DELAY);
        begun.acquire();
    }

    /** Ends the pool. */
    @TearDown
    public void close() {
        pool.close();
        redis.close();
    }
}
