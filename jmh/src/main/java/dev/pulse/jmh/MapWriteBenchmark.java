package dev.pulse.jmh;

import dev.pulse.jmh.MapClient.WithPulse;
import dev.pulse.jmh.MapClient.WithRedisson;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Setting a key of a map to 256 bytes from 64 virtual threads: Pulse, Redisson, and the limit, a raw writer that pipelines
 * 64 of Pulse's script.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
@Fork(1)
public class MapWriteBenchmark {
    private static final int CALLERS = 64;

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void pulse(WithPulse client) throws InterruptedException {
        Callers.run(CALLERS, client::set);
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void redisson(WithRedisson client) throws InterruptedException {
        Callers.run(CALLERS, client::set);
    }

    @Benchmark
    @OperationsPerInvocation(RawMapWriter.PIPELINED)
    public void limit(RawMapWriter writer) throws IOException {
        writer.set();
    }
}
