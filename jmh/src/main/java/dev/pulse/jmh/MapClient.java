package dev.pulse.jmh;

import dev.pulse.jmh.peer.EvalshaWriter;
import dev.pulse.jmh.peer.MapWriter;
import dev.pulse.jmh.peer.PulseMap;
import dev.pulse.jmh.peer.RedissonMap;
import dev.pulse.jmh.peer.Sample;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A client that writes to a map, connected while its benchmark runs. */
@State(Scope.Benchmark)
public abstract class MapClient {
    /** Everybody sets the same. */
    static final String KEY = "key";

    private final BenchRedis redis = new BenchRedis();
    private final byte[] payload = Sample.payload();
    private MapWriter writer;

    abstract MapWriter connect(String host, int port) throws Exception;

    /** Connects. */
    @Setup
    public void connect() throws Exception {
        writer = connect(redis.host(), redis.port());
    }

    /** Closes it. */
    @TearDown
    public void close() {
        writer.close();
        redis.close();
    }

    Object set() throws Exception {
        return writer.set(KEY, payload);
    }

    /** Pulse. */
    @State(Scope.Benchmark)
    public static class WithPulse extends MapClient {
        @Override
        MapWriter connect(String host, int port) throws InterruptedException {
            return new PulseMap(host, port, "bench:write");
        }
    }

    /** A bare EVALSHA. */
    @State(Scope.Benchmark)
    public static class WithEvalsha extends MapClient {
        @Override
        MapWriter connect(String host, int port) {
            return new EvalshaWriter(host, port, "bench:evalsha");
        }
    }

    /** Redisson. */
    @State(Scope.Benchmark)
    public static class WithRedisson extends MapClient {
        @Override
        MapWriter connect(String host, int port) {
            return new RedissonMap(host, port, "bench:redisson");
        }
    }
}
