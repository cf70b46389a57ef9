package dev.pulse.jmh;

import dev.pulse.jmh.peer.Appender;
import dev.pulse.jmh.peer.BatchConsumer;
import dev.pulse.jmh.peer.GroupConsumer;
import dev.pulse.jmh.peer.JedisAppender;
import dev.pulse.jmh.peer.PulseAppender;
import dev.pulse.jmh.peer.PulseConsumer;
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
 * From adding an event until its handler runs, on a system that was idle for a moment before: a stream and a sink of Pulse,
 * and by hand an XADD and an XREADGROUP that was blocked meanwhile.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class LatencyBenchmark {
    /** One who adds and one who handles. */
    @State(Scope.Benchmark)
    public abstract static class Pair {
        private final BenchRedis redis = new BenchRedis();
        private final Semaphore handled = new Semaphore(0);
        private Backlog backlog;
        private Appender appender;
        private GroupConsumer consumer;
        private GroupConsumer.End working = () -> {};

        abstract Appender appender(BenchRedis redis, Backlog backlog);

        abstract GroupConsumer consumer(BenchRedis redis, Backlog backlog);

        /** Begins to wait for events. */
        @Setup
        public void begin() throws Exception {
            backlog = new Backlog(redis, 0);
            appender = appender(redis, backlog);
            consumer = consumer(redis, backlog);
            appender.append();
            working = consumer.begin("group", payload -> handled.release());
            handled.acquire();
        }

        /** Lets everybody come to rest. */
        @Setup(Level.Invocation)
        public void rest() throws InterruptedException {
            Thread.sleep(1);
        }

        void addAndAwait() throws Exception {
            appender.append();
            handled.acquire();
        }

        /** Closes everything. */
        @TearDown
        public void close() throws Exception {
            working.end();
            consumer.close();
            appender.close();
            backlog.close();
            redis.close();
        }
    }

    /** Pulse. */
    @State(Scope.Benchmark)
    public static class OfPulse extends Pair {
        @Override
        Appender appender(BenchRedis redis, Backlog backlog) {
            return new PulseAppender(redis.host(), redis.port(), backlog.stream());
        }

        @Override
        GroupConsumer consumer(BenchRedis redis, Backlog backlog) {
            return PulseConsumer.unordered(redis.host(), redis.port(), backlog.stream());
        }
    }

    /** By hand. */
    @State(Scope.Benchmark)
    public static class ByHand extends Pair {
        @Override
        Appender appender(BenchRedis redis, Backlog backlog) {
            return new JedisAppender(redis.host(), redis.port(), backlog.key());
        }

        @Override
        GroupConsumer consumer(BenchRedis redis, Backlog backlog) {
            return new BatchConsumer(redis.host(), redis.port(), backlog.key());
        }
    }

    @Benchmark
    public void pulse(OfPulse pair) throws Exception {
        pair.addAndAwait();
    }

    @Benchmark
    public void byHand(ByHand pair) throws Exception {
        pair.addAndAwait();
    }
}
