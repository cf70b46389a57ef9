package dev.pulse.jmh;

import dev.pulse.jmh.peer.Appender;
import dev.pulse.jmh.peer.JedisAppender;
import dev.pulse.jmh.peer.JedisPoolAppender;
import dev.pulse.jmh.peer.LettuceAppender;
import dev.pulse.jmh.peer.PulseAppender;
import dev.pulse.jmh.peer.RedissonAppender;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A client that appends to a stream of its own, connected while its benchmark runs. */
@State(Scope.Benchmark)
public abstract class AppendClient {
    private final BenchRedis redis = new BenchRedis();
    private Appender appender;

    abstract Appender connect(String host, int port);

    /** Connects. */
    @Setup
    public void connect() {
        appender = connect(redis.host(), redis.port());
    }

    /** Closes it. */
    @TearDown
    public void close() {
        appender.close();
        redis.close();
    }

    Object append() throws Exception {
        return appender.append();
    }

    /** Pulse. */
    @State(Scope.Benchmark)
    public static class WithPulse extends AppendClient {
        @Override
        Appender connect(String host, int port) {
            return new PulseAppender(host, port, "bench:append");
        }
    }

    /** Jedis on one connection. */
    @State(Scope.Benchmark)
    public static class WithJedis extends AppendClient {
        @Override
        Appender connect(String host, int port) {
            return new JedisAppender(host, port, "bench:jedis");
        }
    }

    /** Jedis over a pool. */
    @State(Scope.Benchmark)
    public static class WithJedisPool extends AppendClient {
        @Override
        Appender connect(String host, int port) {
            return new JedisPoolAppender(host, port, "bench:jedis");
        }
    }

    /** Lettuce. */
    @State(Scope.Benchmark)
    public static class WithLettuce extends AppendClient {
        @Override
        Appender connect(String host, int port) {
            return new LettuceAppender(host, port, "bench:lettuce");
        }
    }

    /** Redisson. */
    @State(Scope.Benchmark)
    public static class WithRedisson extends AppendClient {
        @Override
        Appender connect(String host, int port) {
            return new RedissonAppender(host, port, "bench:redisson");
        }
    }
}
