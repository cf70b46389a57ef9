package dev.pulse.jmh;

import dev.pulse.jmh.RunningPool.WithFew;
import dev.pulse.jmh.RunningPool.WithMany;
import dev.pulse.jmh.peer.RedissonExecutor;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.pool.Task;
import dev.pulse.pool.TaskResult;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a pool does for 64 virtual threads, with one worker in the same process, whose handler returns at once: from the
 * dispatch of a job of 256 bytes until its handler has begun it, where 10 other jobs run, and where 100,000 do; from sending
 * a message of 256 bytes to its answer; from the dispatch of a task of 256 bytes to its result; and from submitting a task to
 * Redisson's executor to its result. Each job and message has a new key. The jobs of an invocation are stopped after it, outside
 * the measurement. Warmed up for long: on two cores the compiler takes a third of one for the first ten seconds.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 12, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class DispatchBenchmark {
    private static final int CALLERS = 64;
    private static final int MANY = 6_400;
    private static final int FEW = 640;

    /** A pool whose worker does tasks, which have the length of their payload as a result. */
    @State(Scope.Benchmark)
    public static class WithTasks {
        private final BenchRedis redis = new BenchRedis();
        private BenchPool pool;

        /** Joins it. */
        @Setup
        public void open() throws InterruptedException {
            pool = new BenchPool(redis, WithTasks::length);
        }

        private static TaskResult length(Task task) {
            return TaskResult.done(ByteBuffer.allocate(Integer.BYTES)
                    .putInt(task.payload().length)
                    .array());
        }

        Object run() throws InterruptedException {
            return pool.runTask();
        }

        /** Ends it. */
        @TearDown
        public void close() {
            pool.close();
            redis.close();
        }
    }

    /** Redisson, with as many workers as there are callers. */
    @State(Scope.Benchmark)
    public static class WithRedisson {
        private final BenchRedis redis = new BenchRedis();
        private final byte[] payload = Sample.payload();
        private RedissonExecutor executor;

        /** Connects. */
        @Setup
        public void connect() {
            executor = new RedissonExecutor(redis.host(), redis.port(), "bench:executor", CALLERS);
        }

        Object submit() throws Exception {
            return executor.submit(payload);
        }

        /** Closes it. */
        @TearDown
        public void close() {
            executor.close();
            redis.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void dispatch(WithFew pool) throws InterruptedException {
        Callers.run(CALLERS, MANY, pool::dispatch);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void manyRunning(WithMany pool) throws InterruptedException {
        Callers.run(CALLERS, MANY, pool::dispatch);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void send(WithFew pool) throws InterruptedException {
        Callers.run(CALLERS, MANY, pool::send);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void task(WithTasks pool) throws InterruptedException {
        Callers.run(CALLERS, MANY, pool::run);
    }

    @Benchmark
    @OperationsPerInvocation(FEW)
    public void redisson(WithRedisson executor) throws InterruptedException {
        Callers.run(CALLERS, FEW, executor::submit);
    }
}
