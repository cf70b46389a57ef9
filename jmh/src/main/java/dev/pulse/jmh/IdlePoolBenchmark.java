package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.WorkerOptions;
import java.util.ArrayList;
import java.util.List;
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
 * What a pool of four nodes costs that has no jobs, each with an engine and a worker of its own, with default options, after
 * each has dispatched a job and stopped it; and how long closing one of these engines takes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class IdlePoolBenchmark {
    private static final int NODES = 4;

    private final BenchRedis redis = new BenchRedis();
    private final List<Pulse> nodes = new ArrayList<>();
    private long connectionsBefore;

    /** How long they are watched; the default is ten beats. */
    @Param("20")
    private int idleSeconds;

    /** What all of them cost. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cost {
        public long commandsPerSecond;
        public long connections;
    }

    /** Opens the pool on all nodes, and lets them come to rest. */
    @Setup(Level.Iteration)
    public void open() throws InterruptedException {
        try (RedisInfo info = new RedisInfo(redis)) {
            connectionsBefore = info.connections();
        }
        for (int i = 0; i < NODES; i++) {
            Pulse node = Pulse.connect(redis.uri());
            nodes.add(node);
            PoolNode pool = node.joinPool(BenchPool.NAME);
            pool.addService(new AtOnceService(), WorkerOptions.defaults());
            pool.stopJob(pool.dispatch(JobRequest.of("job", Sample.payload())));
        }
        Thread.sleep(500);
    }

    @Benchmark
    public void watch(Cost cost) throws InterruptedException {
        try (RedisInfo info = new RedisInfo(redis);
                SentCommands sent = new SentCommands(redis)) {
            Thread.sleep(1_000L * idleSeconds);
            cost.commandsPerSecond = Math.ceilDiv(sent.count(), idleSeconds);
            // without that of MONITOR
            cost.connections = info.connections() - 1 - connectionsBefore;
        }
    }

    @Benchmark
    @Measurement(iterations = 5)
    public void close() {
        nodes.removeLast().close();
    }

    /** Closes the others. */
    @TearDown(Level.Iteration)
    public void closeAll() {
        nodes.forEach(Pulse::close);
        nodes.clear();
    }

    /** Closes their Redis. */
    @TearDown
    public void end() {
        redis.close();
    }
}
