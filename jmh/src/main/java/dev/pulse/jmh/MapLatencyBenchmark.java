package dev.pulse.jmh;

import dev.pulse.jmh.peer.MapWriter;
import dev.pulse.jmh.peer.Publisher;
import dev.pulse.jmh.peer.PulseMap;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.jmh.peer.Subscriber;
import dev.pulse.map.WatchOptions;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From setting a key until a watch on the replica of another client runs, on a system that was idle for a moment before:
 * Pulse, and a bare PUBLISH of the same value to a bare SUBSCRIBE.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class MapLatencyBenchmark {
    /** One who writes and one who is told. */
    @State(Scope.Benchmark)
    public abstract static class Pair {
        private static final int TURNS_UNTIL_COMPILED = 20_000;

        private final BenchRedis redis = new BenchRedis();
        private final byte[] payload = Sample.payload();
        private final Semaphore told = new Semaphore(0);
        private MapWriter writer;
        private AutoCloseable follower;

        abstract MapWriter writer(BenchRedis redis) throws Exception;

        abstract AutoCloseable follower(BenchRedis redis, Runnable onChange) throws Exception;

        /**
         * Begins to follow, and does so without a rest until all code is compiled, as it is in a process that has run for
         * a while: with the rest that would take longer than everything else.
         */
        @Setup
        public void begin() throws Exception {
            writer = writer(redis);
            follower = follower(redis, told::release);
            for (int i = 0; i < TURNS_UNTIL_COMPILED; i++) {
                setAndAwait();
            }
        }

        /** Lets everybody come to rest. */
        @Setup(Level.Invocation)
        public void rest() throws InterruptedException {
            Thread.sleep(1);
        }

        void setAndAwait() throws Exception {
            writer.set(MapClient.KEY, payload);
            told.acquire();
        }

        /** Closes everything. */
        @TearDown
        public void close() throws Exception {
            follower.close();
            writer.close();
            redis.close();
        }
    }

    /** Pulse. */
    @State(Scope.Benchmark)
    public static class OfPulse extends Pair {
        @Override
        MapWriter writer(BenchRedis redis) throws InterruptedException {
            return new PulseMap(redis.host(), redis.port(), "bench:latency");
        }

        @Override
        AutoCloseable follower(BenchRedis redis, Runnable onChange) throws InterruptedException {
            PulseMap other = new PulseMap(redis.host(), redis.port(), "bench:latency");
            other.map().watch(WatchOptions.changes(), change -> onChange.run());
            return other;
        }
    }

    /** Bare commands. */
    @State(Scope.Benchmark)
    public static class ByHand extends Pair {
        @Override
        MapWriter writer(BenchRedis redis) {
            return new Publisher(redis.host(), redis.port());
        }

        @Override
        AutoCloseable follower(BenchRedis redis, Runnable onChange) throws InterruptedException {
            return new Subscriber(redis.host(), redis.port(), MapClient.KEY, onChange);
        }
    }

    @Benchmark
    public void pulse(OfPulse pair) throws Exception {
        pair.setAndAwait();
    }

    @Benchmark
    public void byHand(ByHand pair) throws Exception {
        pair.setAndAwait();
    }
}
