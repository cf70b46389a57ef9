package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
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

/** Joining a map with 100,000 entries of 256 bytes, and leaving it, beside a bare HGETALL of Jedis. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class MapJoinBenchmark {
    private final BenchRedis redis = new BenchRedis();
    private LargeMap content;
    private Pulse pulse;

    /** Fills the map, and joins another, so that there is a subscription. */
    @Setup
    public void fill() throws InterruptedException {
        content = new LargeMap(redis);
        pulse = Pulse.connect(redis.uri());
        pulse.map("bench:other", Codecs.bytes());
    }

    @Benchmark
    public int pulse() throws InterruptedException {
        try (ReplicatedMap<byte[]> map = pulse.map(LargeMap.NAME, Codecs.bytes())) {
            return map.size();
        }
    }

    @Benchmark
    public Object hgetall() {
        return content.hgetall();
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        pulse.close();
        content.close();
        redis.close();
    }
}
