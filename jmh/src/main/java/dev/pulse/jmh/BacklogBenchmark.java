package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import java.util.concurrent.CountDownLatch;
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

/**
 * What a sink with 1,000 slow handlers holds in memory while it works off a large backlog: the heap right after a
 * collection, each half second; its highest value in the first and in the second half of the events.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class BacklogBenchmark {
    private static final long HANDLING_MILLIS = 20;
    private static final long LOOK_MILLIS = 500;

    private final BenchRedis redis = new BenchRedis();
    private Backlog backlog;
    private Pulse pulse;

    @Param("1000000")
    private int backlogEvents;

    /** The highest values. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Peak {
        public long firstHalf;
        public long secondHalf;
    }

    /** Fills the stream. */
    @Setup
    public void fill() throws InterruptedException {
        backlog = new Backlog(redis, backlogEvents);
        pulse = Pulse.connect(redis.uri());
    }

    @Benchmark
    public void work(Peak peak) throws InterruptedException {
        CountDownLatch left = new CountDownLatch(backlogEvents);
        Sink<byte[]> sink = pulse.stream(backlog.stream())
                .sink("slow", SinkOptions.builder().concurrency(1_000).build());
        sink.consume(event -> {
            Thread.sleep(HANDLING_MILLIS);
            left.countDown();
        });
        do {
            long used = Heap.afterCollection();
            if (left.getCount() > backlogEvents / 2) {
                peak.firstHalf = Math.max(peak.firstHalf, used);
            } else {
                peak.secondHalf = Math.max(peak.secondHalf, used);
            }
        } while (!left.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        backlog.awaitAcked();
    }

    /** Closes everything. */
    @TearDown
    public void close() throws InterruptedException {
        pulse.close();
        backlog.close();
        redis.close();
    }
}
