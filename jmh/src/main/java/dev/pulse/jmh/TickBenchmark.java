package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.pool.Firing;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.TickerOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * How late handlers of tickers run: two nodes of a pool that has nothing else to do listen to ten tickers, each due every 200
 * ms.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class TickBenchmark {
    private static final int NODES = 2;
    private static final int TICKERS = 10;
    private static final Duration PERIOD = Duration.ofMillis(200);

    private final BenchRedis redis = new BenchRedis();
    private final List<Pulse> nodes = new ArrayList<>();
    private final Queue<Long> micros = new ConcurrentLinkedQueue<>();

    /** How long they are watched. */
    @Param("20")
    private int idleSeconds;

    /** How late they were. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Lateness {
        public long p99Micros;
    }

    /** Has all tickers fire for a moment. */
    @Setup(Level.Iteration)
    public void open() throws InterruptedException {
        for (int i = 0; i < NODES; i++) {
            Pulse node = Pulse.connect(redis.uri());
            nodes.add(node);
            PoolNode pool = node.joinPool(BenchPool.NAME);
            for (int ticker = 0; ticker < TICKERS; ticker++) {
                pool.ticker("ticker-" + ticker, TickerOptions.every(PERIOD), this::fired);
            }
        }
        Thread.sleep(500);
        micros.clear();
    }

    private void fired(Firing firing) {
        micros.add(Duration.between(firing.due(), Instant.now()).toNanos() / 1_000);
    }

    @Benchmark
    public void watch(Lateness late) throws InterruptedException {
        Thread.sleep(1_000L * idleSeconds);
        List<Long> sorted = micros.stream().sorted().toList();
        late.p99Micros = sorted.get(sorted.size() * 99 / 100);
    }

    /** Closes all nodes. */
    @TearDown(Level.Iteration)
    public void close() {
        nodes.forEach(Pulse::close);
        nodes.clear();
    }

    /** Closes their Redis. */
    @TearDown
    public void end() {
        redis.close();
    }
}
