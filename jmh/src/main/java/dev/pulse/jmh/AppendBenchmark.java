package dev.pulse.jmh;

import dev.pulse.jmh.AppendClient.WithJedisPool;
import dev.pulse.jmh.AppendClient.WithLettuce;
import dev.pulse.jmh.AppendClient.WithPulse;
import dev.pulse.jmh.AppendClient.WithRedisson;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appending events of 256 bytes to a stream that keeps the newest 100,000 exactly, from 64 and 1,000 virtual threads:
 * Pulse, plain Jedis over a pool of 64, Lettuce on a shared connection, Redisson, and the limit, a raw writer that
 * pipelines 64.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class AppendBenchmark {
    /** How many threads append. */
    @State(Scope.Benchmark)
    public static class Crowd {
        @Param({"64", "1000"})
        private int callers;

        void append(AppendClient client) throws InterruptedException {
            Callers.run(callers, client::append);
        }
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void pulse(WithPulse client, Crowd crowd) throws InterruptedException {
        crowd.append(client);
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void jedis(WithJedisPool client, Crowd crowd) throws InterruptedException {
        crowd.append(client);
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void lettuce(WithLettuce client, Crowd crowd) throws InterruptedException {
        crowd.append(client);
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void redisson(WithRedisson client, Crowd crowd) throws InterruptedException {
        crowd.append(client);
    }

    @Benchmark
    @OperationsPerInvocation(RawWriter.PIPELINED)
    public void limit(RawWriter writer) throws IOException {
        writer.append();
    }
}
