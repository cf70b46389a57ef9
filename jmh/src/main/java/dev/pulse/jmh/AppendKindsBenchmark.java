package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Retention;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What else appending with Pulse may involve, from 64 virtual threads, beside the plain event of 256 bytes: a sliding time
 * to live, two headers, a payload as JSON of the same size.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(Callers.OPERATIONS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class AppendKindsBenchmark {
    private static final int CALLERS = 64;
    private static final Retention RETENTION = Retention.maxLength(Sample.MAX_LENGTH);

    private final BenchRedis redis = new BenchRedis();
    private final byte[] payload = Sample.payload();
    private final Order order = new Order("ada@example.org", 4_200, "x".repeat(203));
    private Pulse pulse;
    private EventStream<byte[]> stream;
    private EventStream<byte[]> expiring;
    private EventStream<Order> orders;

    /** What is written as JSON of 256 bytes. */
    public record Order(String customer, long cents, String note) {}

    /** Connects. */
    @Setup
    public void connect() {
        pulse = Pulse.connect(redis.uri());
        stream = pulse.stream("bench:plain", Codecs.bytes(), RETENTION);
        expiring = pulse.stream("bench:sliding", Codecs.bytes(), RETENTION.withSlidingTtl(Duration.ofHours(1)));
        orders = pulse.stream("bench:json", Codecs.json(Order.class), RETENTION);
    }

    /** Closes it. */
    @TearDown
    public void close() {
        pulse.close();
        redis.close();
    }

    @Benchmark
    public void plain() throws InterruptedException {
        Callers.run(CALLERS, () -> stream.add(Sample.NAME, payload));
    }

    @Benchmark
    public void slidingTtl() throws InterruptedException {
        Callers.run(CALLERS, () -> expiring.add(Sample.NAME, payload));
    }

    @Benchmark
    public void headers() throws InterruptedException {
        Callers.run(
                CALLERS,
                () -> stream.add(NewEvent.of(Sample.NAME, payload)
                        .withHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                        .withHeader("tenant", "eu-central")));
    }

    @Benchmark
    public void json() throws InterruptedException {
        Callers.run(CALLERS, () -> orders.add(Sample.NAME, order));
    }
}
