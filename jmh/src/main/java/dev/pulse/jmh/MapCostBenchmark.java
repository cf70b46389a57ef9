package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/**
 * What maps cost: the heap of each entry of one with 100,000, beyond what its key and value take as objects; the
 * connections of 10 and of 1,000 maps in one process.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class MapCostBenchmark {
    private static final int FEW = 10;
    private static final int MANY = 1_000;

    private final BenchRedis redis = new BenchRedis();
    private Pulse pulse;

    /** The heap. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class HeapCost {
        public long heapOfEach;
    }

    /** The connections. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class ConnectionsCost {
        public long connectionsOfFew;
        public long connections;
    }

    /** Connects, and has all classes loaded. */
    @Setup
    public void connect() throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        pulse.map("bench:other", Codecs.bytes());
    }

    @Benchmark
    public int entries(HeapCost cost) throws InterruptedException {
        try (LargeMap content = new LargeMap(redis)) {
            Object[] plain = new Object[2 * LargeMap.ENTRIES];
            long empty = Heap.afterCollection();
            for (int i = 0; i < LargeMap.ENTRIES; i++) {
                plain[2 * i] = LargeMap.key(i);
                plain[2 * i + 1] = Sample.payload();
            }
            long withPlain = Heap.afterCollection();
            try (ReplicatedMap<byte[]> map = pulse.map(LargeMap.NAME, Codecs.bytes())) {
                long beyond = Heap.afterCollection() - withPlain - (withPlain - empty);
                cost.heapOfEach = beyond / LargeMap.ENTRIES;
                return map.size() + plain.length;
            }
        }
    }

    @Benchmark
    public void maps(ConnectionsCost cost) throws InterruptedException {
        try (RedisInfo info = new RedisInfo(redis)) {
            join(0, FEW);
            cost.connectionsOfFew = info.connections();
            join(FEW, MANY);
            cost.connections = info.connections();
        }
    }

    private void join(int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            pulse.map("bench:many:" + i, Codecs.bytes());
        }
    }

    /** Closes all maps. */
    @TearDown
    public void close() {
        pulse.close();
        redis.close();
    }
}
