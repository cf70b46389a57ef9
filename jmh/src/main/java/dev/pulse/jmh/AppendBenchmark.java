package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.stream.EventStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/**
 * Appending events of 256 bytes to a stream that keeps the newest 100,000 exactly, from 1, 64 and 1,000 virtual threads:
 * Pulse, plain Jedis (alone, then over a pool of 64), and the limit, a raw writer that pipelines 64.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class AppendBenchmark {
    private static final int PIPELINED = 64;
    private static final byte[] PAYLOAD = "x".repeat(256).getBytes(StandardCharsets.US_ASCII);
    private static final String MAX_LENGTH = "100000";

    @Param({"1", "64", "1000"})
    private int callers;

    private final BenchRedis redis = new BenchRedis();
    private final byte[] commands = rawCommands();

    private Pulse pulse;
    private EventStream<byte[]> stream;
    private Connection bare;
    private RedisClient pool;
    private RawPipeline raw;

    /** Connects everybody. */
    @Setup
    public void connect() throws IOException {
        pulse = Pulse.connect(redis.uri());
        stream = pulse.stream("bench:append");
        bare = new Connection(new HostAndPort(redis.host(), redis.port()));
        bare.connect();
        ConnectionPoolConfig config = new ConnectionPoolConfig();
        config.setMaxTotal(64);
        config.setMaxIdle(64);
        config.setMaxWait(Duration.ofSeconds(30));
        pool = RedisClient.builder()
                .hostAndPort(redis.host(), redis.port())
                .poolConfig(config)
                .build();
        raw = new RawPipeline(redis.host(), redis.port());
    }

    /** Closes everybody. */
    @TearDown
    public void close() throws IOException {
        pulse.close();
        bare.close();
        pool.close();
        raw.close();
        redis.close();
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void pulse() throws InterruptedException {
        Callers.run(callers, () -> stream.add("event", PAYLOAD));
    }

    @Benchmark
    @OperationsPerInvocation(Callers.OPERATIONS)
    public void jedis() throws InterruptedException {
        if (callers == 1) {
            Callers.run(1, () -> bare.executeCommand(xadd("bench:jedis")));
        } else {
            Callers.run(callers, () -> pool.executeCommand(xadd("bench:jedis")));
        }
    }

    @Benchmark
    @OperationsPerInvocation(PIPELINED)
    public void limit() throws IOException {
        raw.exchange(commands, PIPELINED);
    }

    private static CommandArguments xadd(String key) {
        return new CommandArguments(Protocol.Command.XADD)
                .key(key)
                .add("MAXLEN")
                .add("=")
                .add(MAX_LENGTH)
                .add("*")
                .add("n")
                .add("event")
                .add("p")
                .add(PAYLOAD);
    }

    private static byte[] rawCommands() {
        try {
            return RawPipeline.repeated(
                    PIPELINED,
                    ascii("XADD"),
                    ascii("bench:raw"),
                    ascii("MAXLEN"),
                    ascii("="),
                    ascii(MAX_LENGTH),
                    ascii("*"),
                    ascii("n"),
                    ascii("event"),
                    ascii("p"),
                    PAYLOAD);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
