package dev.pulse.jmh;

import dev.pulse.jmh.MapClient.WithEvalsha;
import dev.pulse.jmh.MapClient.WithPulse;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** Setting a key of a map to 256 bytes from one virtual thread: Pulse, and a bare EVALSHA of the same script by Jedis. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class MapWriteAloneBenchmark {
    @Benchmark
    public Object pulse(WithPulse client) throws Exception {
        return client.set();
    }

    @Benchmark
    public Object evalsha(WithEvalsha client) throws Exception {
        return client.set();
    }
}
