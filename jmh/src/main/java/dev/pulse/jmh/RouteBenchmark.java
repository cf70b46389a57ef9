package dev.pulse.jmh;

import dev.pulse.jmh.peer.ForwardingConsumer;
import dev.pulse.jmh.peer.GroupConsumer;
import dev.pulse.jmh.peer.RouteConsumer;
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
 * Taking events of 256 bytes from a sink, 64 at once, and adding them to another stream: the Camel route
 * {@code pulse-sink → processor → pulse-stream}, and the same work by the engine alone.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RouteBenchmark {
    private static final int CONCURRENCY = 64;
    private static final int EVENTS = 20_000;
    private static final String TO = "bench:forwarded";

    /** Camel. */
    @State(Scope.Benchmark)
    public static class ByRoute extends GroupWork {
        public ByRoute() {
            super(EVENTS);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return RouteConsumer.ofSink(
                    redis.host(), redis.port(), backlog.stream(), "concurrentConsumers=" + CONCURRENCY, TO);
        }
    }

    /** The engine. */
    @State(Scope.Benchmark)
    public static class ByEngine extends GroupWork {
        public ByEngine() {
            super(EVENTS);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return new ForwardingConsumer(redis.host(), redis.port(), backlog.stream(), TO, CONCURRENCY);
        }
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void route(ByRoute work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void engine(ByEngine work) throws Exception {
        work.off();
    }
}
