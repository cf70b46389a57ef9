package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.stream.SinkOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What sinks cost that have nothing to do, each of a stream of its own, all in one process, with default options. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class IdleSinksBenchmark {
    private final BenchRedis redis = new BenchRedis();
    private Pulse pulse;

    @Param("1000")
    private int idleSinks;

    /** How long they are watched; the default is two ack deadlines. */
    @Param("40")
    private int idleSeconds;

    /** What they cost. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cost {
        public long heapOfEach;
        public long commandsPerSecond;
        public long connections;
    }

    /** Connects, and has all classes loaded. */
    @Setup
    public void connect() throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        open(0);
    }

    @Benchmark
    public void watch(Cost cost) throws InterruptedException {
        try (RedisInfo info = new RedisInfo(redis)) {
            long heap = Heap.afterCollection();
            long connections = info.connections();
            for (int i = 1; i <= idleSinks; i++) {
                open(i);
            }
            cost.connections = info.connections() - connections;
            try (SentCommands sent = new SentCommands(redis)) {
                Thread.sleep(1_000L * idleSeconds);
                cost.commandsPerSecond = sent.count() / idleSeconds;
            }
            cost.heapOfEach = (Heap.afterCollection() - heap) / idleSinks;
        }
    }

    private void open(int i) throws InterruptedException {
        pulse.stream("bench:idle:" + i).sink("idle", SinkOptions.defaults()).consume(event -> {});
    }

    /** Closes all sinks. */
    @TearDown
    public void close() {
        pulse.close();
        redis.close();
    }
}
