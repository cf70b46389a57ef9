package dev.pulse.jmh;

import dev.pulse.jmh.peer.GroupConsumer;
import dev.pulse.jmh.peer.RouteConsumer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What an exchange of 256 bytes costs at each endpoint. Sent by 64 virtual threads to {@code direct:}, to {@code seda:}, until
 * each has been through its route, to a stream, a map and a pool. Made of a backlog by a reader, by a member of a sink, until
 * all is acknowledged, and by one that takes 1,000 as a batch, in routes that do nothing with them; and in routes that add
 * them to another stream, one after another and a batch at a time.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ExchangeBenchmark {
    private static final int EVENTS = 100_000;
    private static final int FORWARDED = 20_000;
    private static final String SINGLY = "batchSize=1000";
    private static final String IN_BATCHES = SINGLY + "&batching=true";
    private static final String TO = "bench:forwarded";

    /** A reader. */
    @State(Scope.Benchmark)
    public static class ByReader extends GroupWork {
        public ByReader() {
            super(EVENTS);
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return RouteConsumer.ofReader(redis.host(), redis.port(), backlog.stream());
        }
    }

    /** A member of a sink, whose route may add to another stream. */
    @State(Scope.Benchmark)
    public abstract static class OfSink extends GroupWork {
        private final String options;
        private final @Nullable String to;

        OfSink(int events, String options, @Nullable String to) {
            super(events);
            this.options = options;
            this.to = to;
        }

        @Override
        GroupConsumer connect(BenchRedis redis, Backlog backlog) {
            return RouteConsumer.ofSink(redis.host(), redis.port(), backlog.stream(), options, to);
        }
    }

    /** One that does nothing with them. */
    @State(Scope.Benchmark)
    public static class BySink extends OfSink {
        public BySink() {
            super(EVENTS, SINGLY, null);
        }
    }

    /** The same in batches. */
    @State(Scope.Benchmark)
    public static class InBatches extends OfSink {
        public InBatches() {
            super(EVENTS, IN_BATCHES, null);
        }
    }

    /** One after another into another stream. */
    @State(Scope.Benchmark)
    public static class Forwarding extends OfSink {
        public Forwarding() {
            super(FORWARDED, SINGLY, TO);
        }
    }

    /** The same in batches. */
    @State(Scope.Benchmark)
    public static class ForwardingBatches extends OfSink {
        public ForwardingBatches() {
            super(FORWARDED, IN_BATCHES, TO);
        }
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void direct(Exchanges.Direct exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void seda(Exchanges.Seda exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void append(Exchanges.Append exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void get(Exchanges.Get exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void set(Exchanges.Set exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void dispatch(Exchanges.Dispatch exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(Exchanges.NUMBER)
    public void send(Exchanges.Send exchanges) throws InterruptedException {
        exchanges.send();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void reader(ByReader work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void sink(BySink work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void batches(InBatches work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(FORWARDED)
    public void forward(Forwarding work) throws Exception {
        work.off();
    }

    @Benchmark
    @OperationsPerInvocation(FORWARDED)
    public void forwardBatches(ForwardingBatches work) throws Exception {
        work.off();
    }
}
