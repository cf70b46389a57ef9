package dev.pulse.jmh;

import dev.pulse.jmh.AppendClient.WithJedis;
import dev.pulse.jmh.AppendClient.WithLettuce;
import dev.pulse.jmh.AppendClient.WithPulse;
import dev.pulse.jmh.AppendClient.WithRedisson;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appending events of 256 bytes to a stream that keeps the newest 100,000 exactly, from one virtual thread: Pulse, a bare
 * XADD of Jedis, Lettuce, Redisson.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class AppendAloneBenchmark {
    @Benchmark
    public Object pulse(WithPulse client) throws Exception {
        return client.append();
    }

    @Benchmark
    public Object jedis(WithJedis client) throws Exception {
        return client.append();
    }

    @Benchmark
    public Object lettuce(WithLettuce client) throws Exception {
        return client.append();
    }

    @Benchmark
    public Object redisson(WithRedisson client) throws Exception {
        return client.append();
    }
}
