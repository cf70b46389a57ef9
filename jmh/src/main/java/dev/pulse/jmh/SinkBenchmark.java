package dev.pulse.jmh;

import dev.pulse.jmh.peer.BatchConsumer;
import dev.pulse.jmh.peer.GroupConsumer;
import dev.pulse.jmh.peer.PulseConsumer;
import dev.pulse.jmh.peer.RedissonConsumer;
import dev.pulse.jmh.peer.SpringConsumer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Working off a backlog of events of 256 bytes, 1,000 at once, until Redis has all acks: a sink of Pulse, the same ordered
 * by 1,000 keys, Redisson, Spring Data Redis, and by hand a batch at a time with one XACK.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SinkBenchmark {
    private static final int MANY = 100_000;
    private static final int FEW = 10_000;

    /** Pulse. */
    @State(Scope.Benchmark)
    public static class Unordered extends GroupWork {
        public Unordered() {
            super(MANY);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return PulseConsumer.unordered(redis.host(), redis.port(), backlog.stream());
        }
    }

    /** Pulse, ordered by key. */
    @State(Scope.Benchmark)
    public static class Ordered extends GroupWork {
        public Ordered() {
            super(MANY);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return PulseConsumer.orderedByNumber(redis.host(), redis.port(), backlog.stream());
        }
    }

    /** Redisson. */
    @State(Scope.Benchmark)
    public static class WithRedisson extends GroupWork {
        public WithRedisson() {
            super(FEW);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return new RedissonConsumer(redis.host(), redis.port(), backlog.key());
        }
    }

    /** Spring Data Redis. */
    @State(Scope.Benchmark)
    public static class WithSpring extends GroupWork {
        public WithSpring() {
            super(FEW);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return new SpringConsumer(redis.host(), redis.port(), backlog.key());
        }
    }

    /** By hand. */
    @State(Scope.Benchmark)
    public static class ByHand extends GroupWork {
        public ByHand() {
            super(MANY);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return new BatchConsumer(redis.host(), redis.port(), backlog.key());
        }
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void pulse(Unordered work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void ordered(Ordered work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(FEW)
    public void redisson(WithRedisson work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(FEW)
    public void spring(WithSpring work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void byHand(ByHand work) throws Exception {
        work.off();
    }
}
